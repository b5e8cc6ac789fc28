import { describe, expect, it } from 'vitest';
import { objectiveForm } from '../../src/core/autodiff/form/index.ts';
import { GraphBuilder } from '../../src/core/graph/builder.ts';
import { sizeOf } from '../../src/core/graph/shapes.ts';
import type { Activation, Attributes, Graph, OperatorKind, TensorId } from '../../src/core/graph/types.ts';
import { compileTraining } from '../../src/engine/program/index.ts';
import { TrainingSession } from '../../src/engine/session/training-session.ts';
import { uniform } from '../support/hashed.ts';
import { interpret } from '../support/interpreter.ts';

type Shapes = readonly (readonly number[])[];

/** An operator on parameters, so that every operand has a gradient. */
function graphOf(kind: OperatorKind, shapes: Shapes, attributes: Attributes): Graph {
  const builder = new GraphBuilder().at('layer', kind);
  const operands = shapes.map((shape, index) =>
    builder.parameter({
      name: `operand${index}`,
      shape,
      role: index === 1 ? 'gain' : index === 2 ? 'bias' : 'matrix',
      fanIn: 1,
      residual: false,
      layer: 'layer',
    }),
  );
  const outputs = builder.addAll(kind, operands, attributes);
  // Parts of a split meet again, unevenly.
  const joined = kind === 'split' ? builder.add('concat', [outputs[1], outputs[0]], { axis: attributes.axis }) : outputs[0];
  const size = sizeOf(builder.shapeOf(joined));
  return builder.finish({ output: builder.add('reshape', [joined], { shape: [1, size] }) });
}

/** Values apart from each other and from the kinks of activations. */
const valuesOf = (seed: number, count: number): Float64Array =>
  Float64Array.from(uniform(seed, count), (value, index) => 2 * value + 0.013 * (((index * 7) % 11) - 5));

/** What the output should be: uneven, so that norms do not hide their gradient. */
const targetsOf = (count: number): Float32Array => Float32Array.from(uniform(99, count));

/** Mean squared distance of the output from its targets. */
function lossOf(graph: Graph, values: ReadonlyMap<TensorId, Float64Array>): number {
  const output = interpret(graph, values).get(graph.outputs.output)!;
  const targets = targetsOf(output.length);
  return output.reduce((sum, value, index) => sum + (value - targets[index]) ** 2, 0) / output.length;
}

const STEP = 1e-5;
const ENTRIES = 12;
/** Spreads the entries over all axes. */
const PRIME = 7919;

/** Central differences in double precision; entries all over the operand. */
function slopes(graph: Graph, values: ReadonlyMap<TensorId, Float64Array>, operand: TensorId): Map<number, number> {
  const mine = values.get(operand)!;
  const result = new Map<number, number>();
  for (let count = 0; count < Math.min(ENTRIES, mine.length); count++) {
    const index = (count * PRIME) % mine.length;
    const [at, moved] = [mine[index], (value: number): number => ((mine[index] = value), lossOf(graph, values))];
    result.set(index, (moved(at + STEP) - moved(at - STEP)) / (2 * STEP));
    mine[index] = at;
  }
  return result;
}

async function expectGradients(graph: Graph): Promise<void> {
  const program = compileTraining(objectiveForm(graph, { loss: 'mse', training: true }));
  const session = await TrainingSession.create(program, () => ({ learningRateFactor: 1, weightDecay: 0 }), 1);
  try {
    const values = new Map(
      graph.parameters.map(({ tensor, parameter }, index) => [tensor, valuesOf(index + 1, sizeOf(parameter.shape))]),
    );
    for (const { tensor, parameter } of graph.parameters)
      session.parameters.get(parameter.name)!.set(values.get(tensor)!);
    for (const { tensor } of graph.parameters) values.set(tensor, Float64Array.from(values.get(tensor)!, Math.fround));
    session.inputs.targets.set(targetsOf(session.inputs.targets.length));
    const loss = await session.computeGradients();
    const exact = lossOf(graph, values);
    expect(Math.abs(loss - exact) / exact).toBeLessThan(1e-5);
    for (const { tensor, parameter } of graph.parameters) {
      const gradient = session.gradients.get(parameter.name)!;
      const wanted = slopes(graph, values, tensor);
      const scale = Math.max(...[...wanted.values()].map(Math.abs));
      for (const [index, slope] of wanted)
        expect(Math.abs(gradient[index] - slope) / scale, `${parameter.name}[${index}]`).toBeLessThan(2e-5);
    }
  } finally {
    session.release();
  }
}

const pads = (...sides: readonly (readonly [number, number])[]): Pick<Attributes, 'padding'> => ({ padding: sides });

const CASES: readonly (readonly [OperatorKind, string, Shapes, Attributes])[] = [
  ['convolution', 'plain', [[2, 3, 5, 6], [4, 3, 3, 3], [4]], {}],
  ['convolution', 'padded, strided', [[2, 3, 7, 6], [4, 3, 3, 3], [4]], { strides: [2, 2], ...pads([1, 1], [1, 1]) }],
  ['convolution', 'windows that do not meet the end', [[2, 3, 8, 8], [4, 3, 3, 3]], { strides: [2, 3] }],
  ['convolution', 'uneven padding', [[2, 3, 6, 6], [4, 3, 4, 2]], { strides: [2, 1], ...pads([0, 1], [2, 0]) }],
  ['convolution', 'dilated', [[2, 3, 8, 9], [2, 3, 3, 2]], { dilations: [2, 3], ...pads([2, 2], [1, 0]) }],
  ['convolution', 'grouped', [[2, 6, 5, 5], [4, 3, 3, 3], [4]], { groups: 2, strides: [2, 1], ...pads([1, 1], [1, 1]) }],
  ['convolution', 'depthwise', [[2, 4, 6, 5], [4, 1, 3, 3]], { groups: 4, strides: [2, 2], ...pads([1, 1], [1, 1]) }],
  ['convolution', 'depthwise with a multiplier', [[2, 2, 6, 5], [4, 1, 5, 3]], { groups: 2, ...pads([2, 2], [1, 1]) }],
  ['convolution', 'of wide filters', [[2, 16, 4, 5], [3, 16, 3, 2], [3]], pads([1, 1], [0, 1])],
  ['convolution', 'of wide filters, strided', [[2, 17, 5, 4], [3, 17, 3, 3]], { strides: [2, 1], ...pads([1, 1], [1, 1]) }],
  ['convolution', 'of wide filters, dilated', [[1, 16, 6, 5], [2, 16, 2, 3]], { dilations: [3, 2], ...pads([1, 2], [2, 1]) }],
  ['convolution', 'of wide filters, more zeros than window', [[1, 16, 3, 3], [2, 16, 2, 2]], pads([2, 2], [2, 2])],
  ['convolution', 'depthwise by rows', [[1, 2, 12, 13], [2, 1, 3, 3]], { groups: 2, ...pads([1, 1], [1, 1]) }],
  ['convolution', 'depthwise by rows, strided', [[1, 2, 17, 19], [2, 1, 5, 3]], { groups: 2, strides: [2, 1], ...pads([2, 2], [1, 1]) }],
  ['convolution', 'depthwise by rows, stride beyond the window', [[1, 2, 40, 20], [2, 1, 2, 2]], { groups: 2, strides: [3, 1] }],
  ['convolution', 'depthwise by rows, dilated', [[1, 2, 14, 13], [2, 1, 3, 2]], { groups: 2, dilations: [2, 3], ...pads([2, 2], [1, 2]) }],
  ['convolution', '1x1 with stride', [[2, 3, 5, 4], [5, 3, 1, 1], [5]], { strides: [2, 2] }],
  ['convolution', '1x1 with zeros around', [[2, 3, 3, 2], [4, 3, 1, 1]], pads([1, 1], [1, 1])],
  ['convolution', '1x1', [[2, 3, 4, 4], [5, 3, 1, 1]], {}],
  ['convolution', '1-d', [[2, 3, 9], [4, 3, 3], [4]], { strides: [2], ...pads([1, 1]) }],
  ['convolution', '3-d', [[1, 2, 4, 5, 3], [3, 2, 2, 3, 2]], { strides: [1, 2, 1] }],
  ['convolution', 'Keras, same', [[2, 7, 6, 3], [3, 3, 3, 4], [4]], { channelsLast: true, filters: 'spatial-in-out', padding: 'same', strides: [2, 2] }],
  ['convolution', 'Keras, depthwise', [[2, 6, 5, 3], [3, 3, 3, 2], [6]], { channelsLast: true, filters: 'spatial-channel-multiplier', padding: 'same' }],
  ['transposedConvolution', 'plain', [[2, 3, 4, 4], [3, 2, 3, 3], [2]], {}],
  ['transposedConvolution', 'strided', [[2, 3, 4, 3], [3, 2, 3, 3]], { strides: [2, 2], ...pads([1, 1], [1, 1]), outputPadding: [1, 1] }],
  ['transposedConvolution', 'grouped', [[2, 4, 4, 3], [4, 3, 2, 2]], { strides: [2, 2], groups: 2 }],
  ['transposedConvolution', 'Keras, same', [[2, 4, 3, 5], [3, 3, 2, 5], [2]], { channelsLast: true, filters: 'spatial-out-in', padding: 'same', strides: [2, 2] }],
  ['transposedConvolution', 'Keras, stride beyond the window', [[2, 3, 3, 2], [2, 2, 4, 2]], { channelsLast: true, filters: 'spatial-out-in', padding: 'same', strides: [3, 3] }],
  ['pool', 'max', [[2, 3, 6, 6]], { pool: 'max', window: [2, 2], strides: [2, 2] }],
  ['pool', 'max, overlapping, padded', [[2, 3, 7, 6]], { pool: 'max', window: [3, 3], strides: [2, 2], ...pads([1, 1], [1, 1]) }],
  ['pool', 'max, ceiled', [[1, 2, 6, 7]], { pool: 'max', window: [3, 2], strides: [2, 2], ceil: true }],
  ['pool', 'average', [[2, 3, 6, 6]], { pool: 'average', window: [2, 3], strides: [2, 2] }],
  ['pool', 'average, padded', [[2, 3, 5, 5]], { pool: 'average', window: [3, 3], strides: [2, 2], ...pads([1, 1], [1, 1]) }],
  ['pool', 'average, padding counts', [[2, 3, 5, 5]], { pool: 'average', window: [3, 3], strides: [2, 2], ...pads([1, 1], [1, 1]), countsPadding: true }],
  ['pool', 'average, ceiled', [[1, 2, 7, 7]], { pool: 'average', window: [2, 2], strides: [2, 2], ceil: true }],
  ['pool', 'Keras, same, 1-d', [[2, 7, 3]], { pool: 'average', window: [3], strides: [2], padding: 'same', channelsLast: true }],
  ['batchNormalize', 'images', [[3, 4, 3, 2], [4], [4]], { axis: 1, epsilon: 1e-3 }],
  ['batchNormalize', 'rows', [[7, 4], [4], [4]], { axis: 1, epsilon: 1e-3 }],
  ['batchNormalize', 'channels last', [[3, 3, 2, 4], [4], [4]], { axis: 3, epsilon: 1e-3 }],
  ['batchNormalize', 'without affine', [[3, 4, 3, 2]], { axis: 1, epsilon: 1e-3 }],
  ['groupNormalize', 'images', [[2, 6, 3, 2], [6], [6]], { groups: 3, epsilon: 1e-3 }],
  ['groupNormalize', 'channels last', [[2, 3, 2, 6], [6], [6]], { groups: 2, channelsLast: true, epsilon: 1e-3 }],
  ['normalize', 'layer norm of three axes', [[2, 3, 5], [5], [5]], { norm: 'layernorm', epsilon: 1e-3 }],
  ['normalize', 'RMS norm', [[2, 3, 5], [5]], { norm: 'rmsnorm', epsilon: 1e-3 }],
  ['normalize', 'two axes', [[2, 3, 5], [3, 5], [3, 5]], { norm: 'layernorm', axes: [-2, -1], epsilon: 1e-3 }],
  ['normalize', 'a middle axis', [[2, 5, 3]], { norm: 'layernorm', axes: [1], epsilon: 1e-3 }],
  ['linear', 'three axes', [[2, 3, 4], [4, 5], [5]], {}],
  ['linear', 'transposed', [[2, 3, 4], [5, 4], [5]], { transposeB: true }],
  ['matmul', 'batches', [[2, 3, 4], [2, 4, 5]], { alpha: 0.5 }],
  ['matmul', 'transposed', [[2, 4, 3], [2, 5, 4]], { transposeA: true, transposeB: true }],
  ['matmul', 'one matrix for all', [[2, 2, 3, 4], [4, 5]], {}],
  ['matmul', 'spread batches', [[2, 1, 3, 4], [3, 4, 2]], {}],
  ['add', 'spread over middle axes', [[2, 3, 4], [3, 1]], {}],
  ['multiply', 'spread both ways', [[2, 1, 4], [3, 1]], {}],
  ['multiply', 'a gate for each channel', [[2, 3, 4, 4], [2, 3, 1, 1]], {}],
  ['scale', 'by a number', [[3, 4]], { alpha: -0.7 }],
  ['broadcast', 'over two axes', [[2, 1, 3]], { shape: [4, 2, 5, 3] }],
  ['transpose', 'three axes', [[2, 3, 4]], { permutation: [2, 0, 1] }],
  ['concat', 'two', [[2, 3, 2], [2, 2, 2]], { axis: 1 }],
  ['split', 'two', [[2, 5, 2]], { axis: 1, sizes: [2, 3] }],
  ['pad', 'uneven', [[2, 3, 4]], pads([0, 0], [1, 2], [0, 3])],
  ['slice', 'inside', [[3, 4, 5]], { starts: [0, 1, 2], ends: [3, 3, 5], steps: [1, 1, 1] }],
  ['reduce', 'mean', [[2, 3, 4, 2]], { reduction: 'mean', axes: [2, 3] }],
  ['reduce', 'sum, kept', [[2, 3, 4]], { reduction: 'sum', axes: [1], keepAxes: true }],
  ['softmax', 'last axis', [[2, 3, 4]], {}],
  ['softmax', 'middle axis', [[2, 3, 4]], { axis: 1 }],
  ['attention', 'full', [[2, 2, 3, 4], [2, 2, 5, 4], [2, 2, 5, 3]], {}],
  ['attention', 'causal, grouped', [[2, 4, 3, 4], [2, 2, 3, 4], [2, 2, 3, 2]], { causal: true }],
  ['attention', 'sliding', [[1, 2, 5, 2], [1, 1, 5, 2], [1, 1, 5, 2]], { causal: true, slidingWindow: 2 }],
  ['attention', 'with added scores', [[1, 2, 3, 2], [1, 2, 3, 2], [1, 2, 3, 2], [1, 2, 3, 3]], {}],
];

const ACTIVATIONS: readonly Activation[] = [
  'relu', 'relu2', 'gelu', 'gelu-tanh', 'silu', 'tanh', 'sigmoid', 'relu6', 'hard-swish', 'hard-sigmoid',
  'leaky-relu', 'elu', 'selu', 'softplus', 'mish', 'linear',
]; // prettier-ignore

describe('gradients against differences in double precision', () => {
  it.each(CASES)('%s: %s', async (kind, _, shapes, attributes) => {
    await expectGradients(graphOf(kind, shapes, attributes));
  });

  it.each(ACTIVATIONS)('activation: %s', async (activation) => {
    await expectGradients(graphOf('activation', [[4, 30]], { activation }));
  });
});
