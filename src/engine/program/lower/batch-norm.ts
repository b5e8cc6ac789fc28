import { sizeOf } from '../../../core/graph/shapes.ts';
import type { OperatorKind } from '../../../core/graph/types.ts';
import type { Emitter } from '../emitter.ts';
import type { PlacedForm, PlacedLowering } from './placed.ts';
import type { Lowering } from './lowering.ts';

/** Images with fewer places than this are gathered by channel first: sums over so few are slow. */
const FEW_PLACES = 16;

/** Images as [samples, channels, places]; one "sample" where all places of a channel stand together. */
type Extents = readonly [samples: number, channels: number, places: number];

const reshaped = (e: Emitter, x: string, shape: readonly number[], output?: string): string =>
  e.node('Reshape', [x, e.integers(shape)], {}, output);

/** Sums of one vector a sample, [samples, channels]. */
function overSamples(e: Emitter, values: string, [samples, channels]: Extents): string {
  return samples === 1
    ? reshaped(e, values, [channels])
    : e.node('ReduceSum', [values, e.integers([0])], { integers: { keepdims: 0 } });
}

/** Sum over a channel. */
function channelSum(e: Emitter, x: string, extents: Extents): string {
  const sums = e.node('ReduceSum', [x, e.integers([2])], { integers: { keepdims: 0 } });
  return overSamples(e, sums, extents);
}

/** Sum of products over a channel: row by row a product, which reads both once and writes nothing. */
function channelDot(e: Emitter, a: string, b: string, extents: Extents): string {
  const [samples, channels, places] = extents;
  const rows = [samples * channels, 1, places];
  const product = e.fresh('dot');
  const inputs = [reshaped(e, a, rows), reshaped(e, b, rows)];
  e.raw({
    type: 'FusedMatMul',
    domain: 'com.microsoft',
    inputs,
    outputs: [product],
    integers: { transA: 0, transB: 1 },
  });
  return overSamples(e, reshaped(e, product, [samples, channels]), extents);
}

const inverseDeviation = (e: Emitter, variance: string, epsilon: number): string =>
  e.node('Reciprocal', [e.node('Sqrt', [e.node('Add', [variance, e.scalar(epsilon)])])]);

/** One number a channel. */
const spread = (e: Emitter, vector: string, [, channels]: Extents): string => reshaped(e, vector, [1, channels, 1]);

/** scale (x - mean) / sqrt(variance + epsilon) + shift in one pass; inputs in the order x, scale, shift, mean, variance. */
const affine = (e: Emitter, inputs: readonly string[], epsilon: number): string =>
  e.node('BatchNormalization', inputs, { floats: { epsilon } });

/** Where images of an operator stand, and their extents there. */
interface View {
  readonly extents: Extents;
  readonly read: (index: number) => string;
  readonly write: (values: string) => void;
}

function viewOf({ e, operator, shapes, placement }: PlacedLowering, image: number, output: number): View {
  const [samples, channels, ...rest] = shapes[image];
  const places = sizeOf(rest);
  const isMajor = placement.isMajor(operator.inputs[image]) || places < FEW_PLACES;
  const extents: Extents = isMajor ? [1, channels, samples * places] : [samples, channels, places];
  const shape = isMajor ? [channels, samples, ...rest] : shapes[image];
  const id = (index: number): number => operator.inputs[index];
  return {
    extents,
    read: (index) => reshaped(e, isMajor ? placement.major(id(index)) : placement.plain(id(index)), extents),
    write: (values) => {
      const made = operator.outputs[output];
      reshaped(e, values, shape, isMajor ? placement.placeMajor(made) : placement.plain(made));
    },
  };
}

/**
 * Inputs x, gain, bias and the kept mean and variance; the batch's own come out beside y. onnxruntime's BatchNormalization in training mode
 * gives other values for y and variance than its definition (1.30), so the statistics are written out.
 */
const batchNormalize: PlacedForm = (lowering) => {
  const { e, operator, placement } = lowering;
  const { training = false, epsilon = 1e-5 } = operator.attributes;
  const { extents, read, write } = viewOf(lowering, 0, 0);
  if (!training) {
    write(affine(e, [read(0), ...operator.inputs.slice(1).map((id) => placement.plain(id))], epsilon));
    return true;
  }
  const share = e.scalar(extents[1] / sizeOf(extents));
  const [x, gain, bias] = [read(0), placement.plain(operator.inputs[1]), placement.plain(operator.inputs[2])];
  const [mean, variance] = operator.outputs.slice(1).map((id) => placement.plain(id));
  e.node('Mul', [channelSum(e, x, extents), share], {}, mean);
  const centred = e.node('Sub', [x, spread(e, mean, extents)]);
  e.node('Mul', [channelDot(e, centred, centred, extents), share], {}, variance);
  write(affine(e, [centred, gain, bias, e.filled([extents[1]], 0), variance], epsilon));
  return true;
};

/** With a = gain / sigma and n cells a channel: dx = a dy - a xhat sum(dy xhat) / n - a sum(dy) / n, or a dy where the statistics are kept ones. */
const batchNormalizeGradient: PlacedForm = (lowering) => {
  const { e, operator, placement } = lowering;
  const { training = false, epsilon = 1e-5 } = operator.attributes;
  const { extents, read, write } = viewOf(lowering, 1, 0);
  const [dy, x] = [read(0), read(1)];
  const [mean, variance, gain] = operator.inputs.slice(2).map((id) => placement.plain(id));
  const [gainGradient, biasGradient] = operator.outputs.slice(1).map((id) => placement.plain(id));
  const inverse = inverseDeviation(e, variance, epsilon);
  const centred = e.node('Sub', [x, spread(e, mean, extents)]);
  e.node('Identity', [channelSum(e, dy, extents)], {}, biasGradient);
  e.node('Mul', [channelDot(e, dy, centred, extents), inverse], {}, gainGradient);
  const slope = e.node('Mul', [gain, inverse]);
  const scaled = e.node('Mul', [dy, spread(e, slope, extents)]);
  if (!training) {
    write(scaled);
    return true;
  }
  const share = e.node('Mul', [slope, e.scalar(-extents[1] / sizeOf(extents))]);
  const [along, constant] = [gainGradient, biasGradient].map((sum) => e.node('Mul', [sum, share]));
  const zero = e.filled([extents[1]], 0);
  write(e.node('Add', [scaled, affine(e, [centred, along, constant, zero, variance], epsilon)]));
  return true;
};

/** Batch norm (Ioffe and Szegedy 2015) with its gradient, in few passes over the images. */
export const BATCH_NORM_FORMS = { batchNormalize, batchNormalizeGradient };

/** With kept statistics, on images as the graph has them: predictions. */
export const BATCH_NORMS: Readonly<Partial<Record<OperatorKind, (lowering: Lowering) => void>>> = {
  batchNormalize: ({ e, operator, inputs, outputs }) =>
    void e.node('BatchNormalization', inputs, { floats: { epsilon: operator.attributes.epsilon ?? 1e-5 } }, outputs[0]),
};
