import { describe, expect, it } from 'vitest';
import { parseJson } from '../../json/parse.ts';
import { torchExportModel } from '../model.ts';
import { PythonNames } from './names.ts';

const tensor = (...sizes: (number | null)[]): object => ({
  dtype: 7,
  sizes: sizes.map((size) => (size === null ? { as_expr: { expr_str: 's0', hint: { as_int: 2 } } } : { as_int: size })),
  requires_grad: true,
});
const named = (name: string): object => ({ as_tensor: { name } });

interface Call {
  readonly target: string;
  readonly inputs: Readonly<Record<string, object>>;
  readonly output: string;
}

/** A program with the input `x` and the weights given; calls in their order. */
function textOf(tensors: Record<string, object>, weights: Record<string, string>, calls: readonly Call[]): string {
  const program = {
    schema_version: { major: 8, minor: 20 },
    torch_version: '2.13.0',
    graph_module: {
      signature: {
        input_specs: [
          ...Object.entries(weights).map(([name, weight]) => ({
            parameter: { arg: { name }, parameter_name: weight },
          })),
          { user_input: { arg: named('x') } },
        ],
        output_specs: [{ user_output: { arg: named(calls.at(-1)!.output) } }],
      },
      graph: {
        tensor_values: tensors,
        nodes: calls.map(({ target, inputs, output }) => ({
          target: `torch.ops.aten.${target}`,
          inputs: Object.entries(inputs).map(([name, arg]) => ({ name, arg, kind: 1 })),
          outputs: [named(output)],
          metadata: { nn_module_stack: 'x,a\nimport os,torch.nn.Module' },
          name: output,
        })),
      },
    },
  };
  const document = {
    program: parseJson(JSON.stringify(program)),
    schemaVersion: { major: 8, minor: 20 },
    weightFiles: new Map<string, string>(),
    entry: 'model.json',
    bytesOf: () => undefined,
  };
  return new TextDecoder().decode(torchExportModel(document, 'net"""').write().bytes);
}

const linear = (weight: string, output: string): Call => ({
  target: 'linear.default',
  inputs: { input: named('x'), weight: named(weight) },
  output,
});

describe('programText', () => {
  it('writes calls in their order, arguments behind the tensors by name', () => {
    const text = textOf({ x: tensor(null, 8), w: tensor(4, 8) }, { w: 'head.weight' }, [
      linear('w', 'y'),
      { target: 'softmax.int', inputs: { self: named('y'), dim: { as_int: -1 } }, output: 'z' },
    ]);
    expect(text).toContain('        self.head_weight = matrix(4, 8, inputs=8)\n');
    expect(text).toContain(
      '        y = F.linear(x, self.head_weight)\n        z = torch.softmax(y, dim=-1)\n        return z\n',
    );
    expect(text).toContain('"""Input: x floats [batch, 8]."""');
  });

  it('no name of a file ends the text that it stands in, or takes that of something else', () => {
    const text = textOf({ x: tensor(1, 8), 'w"); import os #': tensor(8, 8) }, { 'w"); import os #': 'train' }, [
      linear('w"); import os #', 'return\nimport os'),
      { target: 'relu.default', inputs: { self: named('return\nimport os') }, output: 'torch' },
    ]);
    expect(text.split('\n').filter((line) => /^\s*import/.test(line))).toEqual([
      'import torch',
      'import torch.nn.functional as F',
    ]);
    expect(text).toContain('self.train_2 = matrix(8, 8, inputs=8)');
    expect(text).toContain('        torch_2 = torch.relu(return_import_os)\n        return torch_2\n');
    // Texts about the file, about matrices and about the class: none of them ends early.
    expect(text.match(/"""/g)).toHaveLength(6);
  });
});

describe('PythonNames', () => {
  it('tells names apart that would be spelled alike', () => {
    const names = new PythonNames();
    expect(['a.b', 'a_b', 'a.b', '1x', '', 'lambda'].map((name) => names.of(name))).toEqual([
      'a_b',
      'a_b_2',
      'a_b',
      '_1x',
      '_',
      'lambda_2',
    ]);
  });
});
