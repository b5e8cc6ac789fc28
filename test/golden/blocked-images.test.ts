import { describe, expect, it } from 'vitest';
import { objectiveForm } from '../../src/core/autodiff/form/index.ts';
import { GraphBuilder } from '../../src/core/graph/builder.ts';
import { sizeOf } from '../../src/core/graph/shapes.ts';
import type { Attributes, Graph } from '../../src/core/graph/types.ts';
import { modelOfFamily } from '../../src/core/model/families.ts';
import { compileTraining } from '../../src/engine/program/index.ts';
import { channelBlock } from '../../src/engine/session/channel-block.ts';
import { TrainingSession } from '../../src/engine/session/training-session.ts';
import { uniform } from '../support/hashed.ts';

/** Loss and gradients of a graph after one step; `block` as the program is written for. */
async function stepOf(graph: Graph, block: number | undefined, threads = 1): Promise<Map<string, Float32Array>> {
  const program = compileTraining(graph, { channelBlock: block });
  const session = await TrainingSession.create(program, () => ({ learningRateFactor: 1, weightDecay: 0 }), threads);
  try {
    for (const [index, { name, shape, role }] of program.parameters.entries()) {
      const spread = role === 'gain' || role === 'bias' ? 1 : Math.sqrt(3 / (sizeOf(shape) / shape[0]));
      const centre = role === 'gain' ? 1 : 0;
      const values = uniform(index + 1, sizeOf(shape)).map((value) => centre + spread * value);
      session.parameters.get(name)!.set(values);
    }
    for (const [name, view] of Object.entries(session.inputs))
      view.set(name === 'targets' && view instanceof Int32Array ? view.map((_, index) => index % 3) : uniform(77, view.length));
    const loss = await session.computeGradients();
    const copies = [...session.gradients, ...session.buffers].map(([name, values]) => [name, values.slice()] as const);
    return new Map([...copies, ['loss', Float32Array.of(loss)]]);
  } finally {
    session.release();
  }
}

/** Euclidean distance relative to the wanted vector's length. */
function distance(found: Float32Array, wanted: Float32Array, floor: number): number {
  const square = (values: Float32Array): number => values.reduce((sum, value) => sum + value ** 2, 0);
  return Math.sqrt(square(found.map((value, index) => value - wanted[index]))) / (Math.sqrt(square(wanted)) + floor);
}

/** Forms of plain operators are tested against differences in double precision (operator-gradients.test.ts). */
async function expectSame(graph: Graph, tolerance: number): Promise<void> {
  const block = await channelBlock();
  if (block === undefined) return;
  const [plain, blocked] = [await stepOf(graph, undefined), await stepOf(graph, block)];
  expect([...blocked.keys()]).toEqual([...plain.keys()]);
  const largest = Math.max(...[...plain].map(([, values]) => Math.hypot(...values.slice(0, 1000))));
  for (const [name, wanted] of plain)
    expect(distance(blocked.get(name)!, wanted, 1e-3 * largest), name).toBeLessThan(tolerance);
}

type Filters = readonly [out: number, into: number, height: number, width: number];

/** A 1x1 convolution, then the one in question, so that it has an image to give a gradient to. */
function convolutionGraph(image: readonly number[], filters: Filters, attributes: Attributes): Graph {
  const builder = new GraphBuilder().at('layer', 'convolution');
  const channels = filters[1] * (attributes.groups ?? 1);
  const weight = (name: string, shape: readonly number[]): number =>
    builder.parameter({ name, shape, role: shape.length === 1 ? 'bias' : 'matrix', fanIn: 1, residual: false, layer: 'layer' });
  const x = builder.input('image', image, 'float32');
  const before = builder.add('convolution', [x, weight('first', [channels, image[1], 1, 1])]);
  const y = builder.add('convolution', [before, weight('filters', filters), weight('bias', [filters[0]])], attributes);
  const output = builder.add('reshape', [y], { shape: [1, sizeOf(builder.shapeOf(y))] });
  return objectiveForm(builder.finish({ output }), { loss: 'mse', training: true });
}

const pads = (...sides: readonly (readonly [number, number])[]): Pick<Attributes, 'padding'> => ({ padding: sides });

const CONVOLUTIONS: readonly (readonly [string, readonly number[], Filters, Attributes])[] = [
  ['3x3', [2, 3, 6, 7], [16, 16, 3, 3], pads([1, 1], [1, 1])],
  ['channels that fill no block', [2, 3, 6, 5], [20, 9, 3, 3], pads([1, 1], [1, 1])],
  ['strided', [2, 3, 8, 8], [24, 16, 3, 3], { strides: [2, 2], ...pads([1, 1], [1, 1]) }],
  ['strided, odd extents', [2, 3, 9, 7], [16, 24, 3, 3], { strides: [2, 2], ...pads([1, 1], [1, 1]) }],
  ['strided 1x1', [2, 3, 7, 8], [16, 16, 1, 1], { strides: [2, 2] }],
  ['uneven padding and strides', [2, 3, 8, 9], [16, 16, 5, 4], { strides: [2, 3], ...pads([1, 2], [2, 1]) }],
  ['dilated', [2, 3, 8, 8], [16, 16, 3, 3], { dilations: [2, 2], ...pads([2, 2], [1, 1]) }],
  ['more padding than the window', [1, 3, 5, 5], [16, 16, 2, 2], pads([2, 2], [2, 2])],
  ['depthwise', [2, 3, 8, 7], [24, 1, 3, 3], { groups: 24, ...pads([1, 1], [1, 1]) }],
  ['depthwise, strided, 5x5', [2, 3, 9, 8], [10, 1, 5, 5], { groups: 10, strides: [2, 2], ...pads([2, 2], [2, 2]) }],
  ['depthwise, same padding of TensorFlow', [2, 3, 8, 8], [16, 1, 3, 3], { groups: 16, strides: [2, 2], ...pads([0, 1], [0, 1]) }],
  ['depthwise, dilated', [2, 3, 9, 8], [16, 1, 3, 3], { groups: 16, dilations: [2, 2], ...pads([2, 2], [2, 2]) }],
  ['grouped', [2, 3, 6, 6], [16, 8, 3, 3], { groups: 2, ...pads([1, 1], [1, 1]) }],
]; // prettier-ignore

const net = (stage: Record<string, unknown>, rest: Record<string, unknown> = {}): Record<string, unknown> & { family: string } => ({
  family: 'convnet',
  resolution: 16,
  classes: 3,
  stem: { width: 16 },
  stages: [{ depth: 2, width: 24, ...stage }],
  ...rest,
});

const NETS = [
  ['inverted, squeezed', net({ block: 'inverted', expansion: 4, kernel: 5, stride: 2, squeeze: { ratio: 0.25 } }, { activation: 'silu', head: { convolution: 40 } })],
  ['inverted, MobileNetV3', net({ block: 'inverted', expansion: 3, squeeze: { ratio: 0.25, of: 'hidden', gate: 'hard-sigmoid' } }, { activation: 'hard-swish' })],
  ['separable', net({ block: 'separable', stride: 2 }, { activation: 'relu6' })],
  ['fused', net({ block: 'fused', expansion: 4, stride: 2 }, { activation: 'silu' })],
  ['basic', net({ block: 'basic', stride: 2 }, { stem: { width: 16, pool: 'max', stride: 1 } })],
  ['bottleneck of groups', net({ block: 'bottleneck', groups: 2, stride: 2, width: 32, ratio: 0.5 })],
  ['convnext', net({ block: 'convnext', kernel: 3 }, { stem: { kind: 'patches', width: 24, kernel: 2, stride: 2 } })],
] as const; // prettier-ignore

describe('blocked images give the gradients of plain ones', () => {
  it.each(CONVOLUTIONS)('convolution: %s', async (_, image, filters, attributes) => {
    await expectSame(convolutionGraph(image, filters, attributes), 2e-6);
  });

  it.each(NETS)('net: %s', async (_, document) => {
    const graph = modelOfFamily(document, 'net').lower({ batch: 4 });
    await expectSame(objectiveForm(graph, { loss: 'cross-entropy', training: true }), 1e-3);
  });

  it('repeats to the last digit, with two threads too', async () => {
    const graph = objectiveForm(modelOfFamily(NETS[0][1], 'net').lower({ batch: 4 }), {
      loss: 'cross-entropy',
      training: true,
    });
    const block = await channelBlock();
    const [first, second, third] = [
      await stepOf(graph, block),
      await stepOf(graph, block),
      await stepOf(graph, block, 2),
    ];
    expect(second).toEqual(first);
    for (const [name, wanted] of first) expect(distance(third.get(name)!, wanted, 1e-6), name).toBeLessThan(1e-6);
  });
});
