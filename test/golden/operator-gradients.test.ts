import { describe, expect, it } from 'vitest';
import { objectiveForm } from '../../src/core/autodiff/form/index.ts';
import { GraphBuilder } from '../../src/core/graph/builder.ts';
import { sizeOf } from '../../src/core/graph/shapes.ts';
import type { Activation, Attributes, Graph, OperatorKind, TensorId } from '../../src/core/graph/types.ts';
import { compileTraining } from '../../src/engine/program/index.ts';
import { channelBlock } from '../../src/engine/session/channel-block.ts';
import { TrainingSession } from '../../src/engine/session/training-session.ts';
import { uniform } from '../support/hashed.ts';
import { interpret } from '../support/interpreter.ts';

type Shapes = readonly (readonly number[])[];

/** An operator on parameters, so that every operand has a gradient; `mixed` lets the images come out of a 1x1 convolution. */
function graphOf(kind: OperatorKind, shapes: Shapes, attributes: Attributes, mixed = false): Graph {
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
  if (mixed) operands[0] = mixedChannels(builder, operands[0]);
  const outputs = builder.addAll(kind, operands, attributes);
  // Parts of a split meet again, unevenly.
  const joined = kind === 'split' ? builder.add('concat', [outputs[1], outputs[0]], { axis: attributes.axis }) : outputs[0];
  const size = sizeOf(builder.shapeOf(joined));
  return builder.finish({ output: builder.add('reshape', [joined], { shape: [1, size] }) });
}

/** A 1x1 convolution: the engine has its images with channels before the batch. */
function mixedChannels(builder: GraphBuilder, x: TensorId): TensorId {
  const [, channels, ...places] = builder.shapeOf(x);
  const shape = [channels, channels, ...places.map(() => 1)];
  const mixing = builder.parameter({ name: 'mixing', shape, role: 'matrix', fanIn: 1, residual: false, layer: 'layer' });
  return builder.add('convolution', [x, mixing], {});
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
  const program = compileTraining(objectiveForm(graph, { loss: 'mse', training: true }), { channelBlock: await channelBlock() });
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
      // A condition has no slope at all.
      const scale = Math.max(1e-12, ...[...wanted.values()].map(Math.abs));
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
  ['convolution', 'depthwise with a bias', [[2, 3, 4, 4], [3, 1, 3, 3], [3]], { groups: 3, ...pads([1, 1], [1, 1]) }],
  ['convolution', 'depthwise by rows, with a bias', [[1, 2, 12, 13], [2, 1, 3, 3], [2]], { groups: 2, ...pads([1, 1], [1, 1]) }],
  ['concat', 'images', [[2, 2, 2, 3], [2, 3, 2, 3]], { axis: 1 }],
  ['split', 'images', [[2, 5, 2, 3]], { axis: 1, sizes: [2, 3] }],
  ['reduce', 'batch and places', [[2, 3, 4, 2]], { reduction: 'mean', axes: [0, 2, 3] }],
  ['reduce', 'places, kept', [[2, 3, 4, 2]], { reduction: 'sum', axes: [2, 3], keepAxes: true }],
  ['reshape', 'places joined', [[2, 3, 4, 2]], { shape: [2, 3, 8] }],
  ['reshape', 'channels joined with places', [[2, 3, 4, 2]], { shape: [2, 24] }],
  ['broadcast', 'over places', [[2, 3, 1, 1]], { shape: [2, 3, 2, 4] }],
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
  ['slice', 'by steps', [[5, 7, 3]], { starts: [1, 0, 0], ends: [5, 7, 3], steps: [2, 3, 1] }],
  ['slice', 'backwards', [[4, 7]], { starts: [3, 6], ends: [-5, -8], steps: [-1, -2] }],
  ['slice', 'from the end', [[4, 7]], { starts: [0, -3], ends: [4, -1], steps: [1, 1] }],
  ['reduce', 'max', [[2, 3, 4]], { reduction: 'max', axes: [1] }],
  ['reduce', 'min, kept', [[2, 3, 2]], { reduction: 'min', axes: [0, 2], keepAxes: true }],
  ['unary', 'clip', [[3, 20]], { function: 'clip', minimum: 0.3, maximum: 1.5 }],
  ['unary', 'clip above', [[3, 20]], { function: 'clip', maximum: 1.1 }],
  ['unary', 'softcap', [[3, 8]], { function: 'softcap', softcap: 1.2 }],
  ['unary', 'rotary', [[2, 2, 5, 6]], { function: 'rotary' }],
  ['unary', 'rotary, in part', [[2, 5, 6]], { function: 'rotary', base: 100, rotated: 4 }],
  ['unary', 'log_softmax', [[2, 3, 5]], { function: 'log_softmax' }],
  ['unary', 'unit normalize', [[2, 3, 5]], { function: 'unit normalize' }],
  ['unary', 'number minus x', [[3, 4]], { function: 'subtract', value: 1.7, reverse: true }],
  ['unary', 'number over x', [[3, 4]], { function: 'Div', value: 1.7, reverse: true }],
  ['unary', 'x over a number', [[3, 4]], { function: 'Div', value: 1.7 }],
  ['unary', 'a power', [[3, 4]], { function: 'pow', value: 3 }],
  ['unary', 'a number to the power', [[3, 4]], { function: 'pow', value: 1.3, reverse: true }],
  ['binary', 'subtract, spread', [[2, 3, 4], [3, 1]], { function: 'subtract' }],
  ['binary', 'divide, spread both ways', [[2, 1, 4], [3, 1]], { function: 'Div' }],
  ['binary', 'maximum', [[3, 8], [3, 8]], { function: 'maximum' }],
  ['binary', 'minimum, spread', [[3, 8], [8]], { function: 'minimum' }],
  ['binary', 'prelu', [[3, 8], [8]], { function: 'prelu' }],
  ['select', 'spread', [[1, 4], [3, 4], [3, 1]], {}],
  ['einsum', 'a product', [[2, 3, 4], [4, 5]], { equation: 'abc,cd->abd' }],
  ['einsum', 'scores of heads', [[2, 5, 3, 4], [2, 6, 3, 4]], { equation: 'aecd,abcd->acbe' }],
  ['einsum', 'three, sums, no shared letter', [[2, 3], [4, 5], [3, 5]], { equation: 'ab,cd,bd->ca' }],
  ['einsum', 'one', [[2, 3, 4]], { equation: 'abc->ca' }],
  ['resize', 'nearest', [[2, 3, 4, 3]], { sizes: [8, 6], function: 'nearest' }],
  ['resize', 'linear', [[2, 2, 4, 3]], { sizes: [7, 6], function: 'linear' }],
  ['resize', 'linear, corners, channels last', [[2, 4, 3, 2]], { sizes: [7, 6], function: 'linear', coordinates: 'corners', channelsLast: true }],
  ['reduce', 'mean', [[2, 3, 4, 2]], { reduction: 'mean', axes: [2, 3] }],
  ['reduce', 'sum, kept', [[2, 3, 4]], { reduction: 'sum', axes: [1], keepAxes: true }],
  ['softmax', 'last axis', [[2, 3, 4]], {}],
  ['softmax', 'middle axis', [[2, 3, 4]], { axis: 1 }],
  ['attention', 'full', [[2, 2, 3, 4], [2, 2, 5, 4], [2, 2, 5, 3]], {}],
  ['attention', 'causal, grouped', [[2, 4, 3, 4], [2, 2, 3, 4], [2, 2, 3, 2]], { causal: true }],
  ['attention', 'sliding', [[1, 2, 5, 2], [1, 1, 5, 2], [1, 1, 5, 2]], { causal: true, slidingWindow: 2 }],
  ['attention', 'scaled, bounded', [[1, 2, 3, 2], [1, 2, 3, 2], [1, 2, 3, 2]], { causal: true, alpha: 0.9, softcap: 1.5 }],
  ['attention', 'ALiBi', [[1, 4, 5, 2], [1, 2, 5, 2], [1, 2, 5, 2]], { causal: true, alibi: true }],
  ['attention', 'by distance', [[2, 2, 4, 3], [2, 2, 4, 3], [2, 2, 4, 3], [2, 2, 4, 4]], { causal: true, byDistance: true }],
  ['attention', 'with added scores', [[1, 2, 3, 2], [1, 2, 3, 2], [1, 2, 3, 2], [1, 2, 3, 3]], {}],
];

const ACTIVATIONS: readonly Activation[] = [
  'relu', 'relu2', 'gelu', 'gelu-tanh', 'silu', 'tanh', 'sigmoid', 'relu6', 'hard-swish', 'hard-sigmoid',
  'leaky-relu', 'elu', 'selu', 'softplus', 'mish', 'linear',
]; // prettier-ignore

/** Steps such as floor have no slope and stand in no list. */
const FUNCTIONS = [
  'Identity', 'Exp', 'exp2', 'expm1', 'Log', 'log2', 'log10', 'log1p', 'Sqrt', 'rsqrt', 'reciprocal', 'abs', 'neg', 'square', 'sin', 'cos',
  'tan', 'asin', 'acos', 'atan', 'sinh', 'cosh', 'asinh', 'acosh', 'atanh', 'erf', 'softsign', 'tanhshrink', 'log_sigmoid',
]; // prettier-ignore

/** A function of numbers that it is defined for: x becomes 0.05 to 0.95, or for acosh 1.2 to 2. */
function functionGraph(name: string, operands = 1): Graph {
  const builder = new GraphBuilder().at('layer', 'unary');
  const [low, range] = name === 'acosh' ? [1.2, 0.8] : [0.05, 0.9];
  const inputs = Array.from({ length: operands }, (_, index) => {
    const shape = index === 0 ? [4, 12] : [12];
    const x = builder.parameter({ name: `x${index}`, shape, role: 'matrix', fanIn: 1, residual: false, layer: 'layer' });
    const moved = builder.add('scale', [builder.add('activation', [x], { activation: 'sigmoid' })], { alpha: range });
    return builder.add('unary', [moved], { function: 'add', value: low });
  });
  const y = builder.add(operands === 1 ? 'unary' : 'binary', inputs, { function: name });
  return builder.finish({ output: builder.add('reshape', [y], { shape: [1, 48] }) });
}

/** Rows of a table by indices that are known: in order, all alike, mixed, one along a later axis. */
function pickedGraph(values: readonly number[], shape: readonly number[], axis: number): Graph {
  const builder = new GraphBuilder().at('layer', 'gather');
  const table = builder.parameter({ name: 'table', shape: [4, 5, 3], role: 'embedding', fanIn: 1, residual: false, layer: 'layer' });
  const indices = builder.add('generate', [], { shape, values, function: 'constant' });
  const y = builder.add('gather', [table, indices], { axis });
  return builder.finish({ output: builder.add('reshape', [y], { shape: [1, sizeOf(builder.shapeOf(y))] }) });
}

describe('gradients against differences in double precision', () => {
  it.each(CASES)('%s: %s', async (kind, _, shapes, attributes) => {
    await expectGradients(graphOf(kind, shapes, attributes));
  });

  const images = CASES.filter(([, , shapes, { channelsLast }]) => shapes[0].length === 4 && !channelsLast);
  it.each(images)('%s behind a 1x1 convolution: %s', async (kind, _, shapes, attributes) => {
    await expectGradients(graphOf(kind, shapes, attributes, true));
  });

  it.each(FUNCTIONS)('function: %s', async (name) => {
    await expectGradients(functionGraph(name));
  });

  it.each(['pow', 'divide by standard deviation'])('function of two: %s', async (name) => {
    await expectGradients(functionGraph(name, 2));
  });

  it.each([
    ['in order', [1, 2, 3], [3], 0],
    ['alike', [3, 3], [2], 0],
    ['mixed', [3, -4, 3, 1], [2, 2], 1],
    ['one', [1], [], 2],
  ])('gather: %s', async (_, values, shape, axis) => {
    await expectGradients(pickedGraph(values, shape, axis));
  });

  it.each(ACTIVATIONS)('activation: %s', async (activation) => {
    await expectGradients(graphOf('activation', [[4, 30]], { activation }));
  });
});
