import { describe, expect, it } from 'vitest';
import { readSafetensors } from '../../src/core/formats/safetensors/header.ts';
import { loadSafetensors } from '../../src/core/formats/safetensors/load.ts';
import { sourceOf } from '../../src/core/formats/source.ts';
import type { Graph, TensorId } from '../../src/core/graph/types.ts';
import { modelOfFamily } from '../../src/core/model/index.ts';
import type { Model } from '../../src/core/model/index.ts';
import type { Weights } from '../../src/engine/evaluate.ts';
import { assignWeights, exportOnnx, exportSafetensors } from '../../src/engine/export.ts';
import { Predictor } from '../../src/engine/predict.ts';
import { inferenceGraph } from '../../src/engine/program/inference.ts';
import { uniform } from '../support/hashed.ts';
import { interpret } from '../support/interpreter.ts';
import { Net } from '../support/nets.ts';

const BATCH = 2;

const convnet = (name: string, block: object, activation = 'relu', stem = {}): Model =>
  modelOfFamily(
    {
      ...{ family: 'convnet', resolution: 12, channels: 3, classes: 5, activation },
      stem: { width: 8, kernel: 3, stride: 2, ...stem },
      stages: [{ depth: 2, width: 12, stride: 2, ...block }],
    } as { family: string },
    name,
  );

const squeeze = { ratio: 0.25, of: 'hidden', gate: 'hard-sigmoid' };
const vit = { family: 'vit', image: 8, patch: 4, width: 12, depth: 2, heads: 3, hidden: 20, classes: 4, pool: 'mean' };

/** Norms and activations that a prediction writes by forms of its own. */
function norms(): Model {
  const net = new Net('norms');
  let x = net.input('x', [5, 8]);
  x = net.layer('rms', 'normalize', [x], { norm: 'rmsnorm', epsilon: 1e-5 }, { weight: [8] });
  x = net.layer('tanh', 'activation', [x], { activation: 'gelu-tanh' });
  x = net.layer('bare', 'normalize', [x], { norm: 'layernorm', epsilon: 1e-5 });
  x = net.layer('gelu', 'activation', [x], { activation: 'gelu' });
  return net.model(net.layer('layer', 'normalize', [x], { norm: 'layernorm', epsilon: 1e-5 }, { weight: [8], bias: [8] }));
}

const MODELS: readonly Model[] = [
  convnet('basic', { block: 'basic' }, 'relu', { pool: 'max' }),
  convnet('bottleneck', { block: 'bottleneck', ratio: 1, groups: 2 }),
  convnet('inverted', { block: 'inverted', expansion: 2, squeeze }, 'hard-swish'),
  convnet('fused', { block: 'fused', expansion: 2 }, 'silu'),
  convnet('convnext', { block: 'convnext', kernel: 3 }, 'gelu', { kind: 'patches', kernel: 2 }),
  modelOfFamily(vit, 'vit'),
  norms(),
];

/** Seeded weights and running statistics: variances and gains are positive. */
function weightsOf({ parameters, buffers, tensors }: Graph): Weights {
  const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
  return {
    parameters: new Map(parameters.map(({ parameter: { name, shape } }, index) => [name, uniform(index, size(shape))])),
    buffers: new Map(
      buffers.map(({ tensor }, index) => {
        const { name, shape } = tensors[tensor];
        return [name, uniform(1000 + index, size(shape)).map((value) => value + 1)];
      }),
    ),
  };
}

const inputOf = (length: number): Float32Array => uniform(5000, length);

/** Outputs in double precision by plain loops over the model's own graph. */
function reference(graph: Graph, { parameters, buffers }: Weights): Float64Array {
  const values = new Map<TensorId, Float64Array>();
  for (const { id, name, source, shape, values: fixed } of graph.tensors) {
    const size = shape.reduce((a, b) => a * b, 1);
    const known = source === 'input' ? inputOf(size) : (parameters.get(name) ?? buffers.get(name) ?? fixed);
    if (source !== 'operator' && known) values.set(id, Float64Array.from(known));
  }
  return interpret(graph, values, false).get(Object.values(graph.outputs)[0])!;
}

async function predicted(graph: Graph, { parameters, buffers }: Weights): Promise<Float32Array> {
  const predictor = await Predictor.create(inferenceGraph(graph), parameters, buffers, 1);
  const [input] = Object.values(predictor.inputs);
  input.set(inputOf(input.length));
  await predictor.run();
  const [output] = Object.values(predictor.outputs);
  predictor.release();
  return output;
}

const worst = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((most, value, index) => Math.max(most, Math.abs(value - b[index])), 0);

describe('the program of a prediction', () => {
  for (const model of MODELS)
    it(`gives for ${model.name} what its operators mean`, async () => {
      const graph = model.lower({ batch: BATCH });
      const weights = weightsOf(graph);
      const [got, wanted] = [await predicted(graph, weights), reference(graph, weights)];
      expect(got).toHaveLength(wanted.length);
      expect(worst(got, wanted)).toBeLessThan(1e-5);
    });
});

describe('exported weights', () => {
  const graph = MODELS[0].lower({ batch: BATCH });
  const weights = weightsOf(graph);

  it('return from safetensors bit by bit', () => {
    const file = exportSafetensors(graph, weights);
    const { tensors, metadata } = readSafetensors(sourceOf(file));
    expect(tensors.map(({ name }) => name)).toContain('stem.bn.running_var');
    expect(metadata).toEqual({ format: 'pt' });
    const loaded = loadSafetensors(graph, sourceOf(file));
    expect(loaded.parameters).toEqual(weights.parameters);
    expect(loaded.buffers).toEqual(weights.buffers);
    const target = { parameters: new Map(weights.parameters), buffers: new Map(weights.buffers) };
    for (const [name, values] of target.parameters) target.parameters.set(name, new Float32Array(values.length));
    assignWeights(target, loaded);
    expect(target.parameters).toEqual(weights.parameters);
  });

  it('are refused by name where they are those of another model', () => {
    const file = sourceOf(exportSafetensors(graph, weights));
    const other = (width: number, depth: number): Graph =>
      convnet('other', { block: 'basic', width, depth }, 'relu', { pool: 'max' }).lower();
    expect(() => loadSafetensors(other(12, 3), file)).toThrow(/lacks 10 tensors: stage1.block3.conv1.weight/);
    expect(() => loadSafetensors(other(12, 1), file)).toThrow(/holds beyond the model 10 tensors/);
    expect(() => loadSafetensors(other(16, 2), file)).toThrow(/in another shape .* not \[16, 8, 3, 3\]/);
    const parameters = new Map(weights.parameters);
    parameters.delete('stem.conv.weight');
    expect(() => exportOnnx(graph, { ...weights, parameters })).toThrow(/'stem.conv.weight' wants 216 values/);
    expect(() => assignWeights(weights, { ...weights, parameters })).toThrow(/'stem.conv.weight' wants 216 values/);
  });
});
