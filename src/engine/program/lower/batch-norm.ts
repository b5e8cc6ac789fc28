import { sizeOf } from '../../../core/graph/shapes.ts';
import type { OperatorKind } from '../../../core/graph/types.ts';
import type { Lowering } from './lowering.ts';

/**
 * Inputs x, gain, bias and the kept mean and variance; the batch's own come out beside y. onnxruntime's BatchNormalization in training mode
 * gives other values for y and variance than its definition (1.30), so the statistics are written out.
 */
function batchNormalize(lowering: Lowering): void {
  const { e, operator, inputs, outputs } = lowering;
  const { training = false, epsilon = 1e-5 } = operator.attributes;
  if (!training) {
    e.node('BatchNormalization', inputs, { floats: { epsilon } }, outputs[0]);
    return;
  }
  const [x, gain, bias] = inputs;
  const { spread, axes } = channelsOf(lowering, 0);
  const average = (values: string, output: string): string =>
    e.node('ReduceMean', [values, axes], { integers: { keepdims: 0 } }, output);
  const centred = e.node('Sub', [x, spread(average(x, outputs[1]))]);
  average(e.node('Mul', [centred, centred]), outputs[2]);
  const slope = e.node('Mul', [gain, inverseDeviation(e, outputs[2], epsilon)]);
  e.node('Add', [e.node('Mul', [centred, spread(slope)]), spread(bias)], {}, outputs[0]);
}

const inverseDeviation = (e: Lowering['e'], variance: string, epsilon: number): string =>
  e.node('Reciprocal', [e.node('Sqrt', [e.node('Add', [variance, e.scalar(epsilon)])])]);

/** How one number a channel meets the image, and the axes that are summed for it. */
function channelsOf({ e, shapes }: Lowering, index: number): { spread: (vector: string) => string; axes: string } {
  const shape = shapes[index];
  const along = e.integers([shape[1], ...shape.slice(2).map(() => 1)]);
  return {
    spread: (vector) => e.node('Reshape', [vector, along]),
    axes: e.integers([...shape.keys()].filter((axis) => axis !== 1)),
  };
}

/** With a = gain / sigma and n cells a channel: dx = a (dy - sum(dy) / n - xhat sum(dy xhat) / n), or a dy where the statistics are kept ones. */
function batchNormalizeGradient(lowering: Lowering): void {
  const { e, operator, inputs, outputs, shapes } = lowering;
  const [dy, x, mean, variance, gain] = inputs;
  const { training = false, epsilon = 1e-5 } = operator.attributes;
  const { spread, axes } = channelsOf(lowering, 1);
  const sum = (values: string, output: string): string =>
    e.node('ReduceSum', [values, axes], { integers: { keepdims: 0 } }, output);
  const inverse = inverseDeviation(e, variance, epsilon);
  const normalized = e.node('Mul', [e.node('Sub', [x, spread(mean)]), spread(inverse)]);
  const biasGradient = sum(dy, outputs[2]);
  const gainGradient = sum(e.node('Mul', [dy, normalized]), outputs[1]);
  const slope = spread(e.node('Mul', [gain, inverse]));
  if (!training) {
    e.node('Mul', [dy, slope], {}, outputs[0]);
    return;
  }
  const share = e.scalar(shapes[1][1] / sizeOf(shapes[1]));
  const constant = spread(e.node('Mul', [biasGradient, share]));
  const along = e.node('Mul', [normalized, spread(e.node('Mul', [gainGradient, share]))]);
  e.node('Mul', [e.node('Sub', [e.node('Sub', [dy, constant]), along]), slope], {}, outputs[0]);
}

/** Batch norm (Ioffe and Szegedy 2015) with its gradient. */
export const BATCH_NORMS: Readonly<Partial<Record<OperatorKind, (lowering: Lowering) => void>>> = {
  batchNormalize,
  batchNormalizeGradient,
};
