import type { Loss } from '../../core/graph/types.ts';
import type { Emitter } from './emitter.ts';

/** Smallest probability whose logarithm is taken: a loss above 87 nats is reported as 87. */
const SMALLEST_PROBABILITY = 1.2e-38;

/** Probability of the target class, `[n, 1]`. */
function targetProbability(e: Emitter, probabilities: string, targets: string, rows: number): [string, string] {
  const indices = e.node('Reshape', [targets, e.integers([rows, 1])]);
  return [e.node('GatherElements', [probabilities, indices], { integers: { axis: 1 } }), indices];
}

/** Row losses to `rowLosses` `[n]`; cross-entropy writes its probabilities to `probabilities` too. */
export function emitLoss(
  e: Emitter,
  loss: Loss,
  [outputs, targets]: readonly string[],
  rows: number,
  [rowLosses, probabilities]: readonly string[],
): void {
  if (loss === 'cross-entropy') {
    e.node('Softmax', [outputs], { integers: { axis: 1 } }, probabilities);
    const [chosen] = targetProbability(e, probabilities, targets, rows);
    const log = e.node('Log', [e.node('Max', [chosen, e.scalar(SMALLEST_PROBABILITY)])]);
    e.node('Reshape', [e.node('Neg', [log]), e.integers([rows])], {}, rowLosses);
    return;
  }
  const each = loss === 'mse' ? squaredError(e, outputs, targets) : binaryCrossEntropy(e, outputs, targets);
  e.node('ReduceMean', [each, e.integers([1])], { integers: { keepdims: 0 } }, rowLosses);
}

function squaredError(e: Emitter, outputs: string, targets: string): string {
  const difference = e.node('Sub', [outputs, targets]);
  return e.node('Mul', [difference, difference]);
}

/** log(1 + exp(z)) - z t, for logits z. */
function binaryCrossEntropy(e: Emitter, outputs: string, targets: string): string {
  return e.node('Sub', [e.node('Softplus', [outputs]), e.node('Mul', [outputs, targets])]);
}

/** Gradient of the mean row loss (factor `alpha` = 1/n) with respect to the outputs. */
export function emitLossGradient(
  e: Emitter,
  loss: Loss,
  [from, targets]: readonly string[],
  [rows, columns]: readonly number[],
  alpha: number,
  output: string,
): void {
  if (loss === 'cross-entropy') {
    const [chosen, indices] = targetProbability(e, from, targets, rows);
    const updates = e.node('Mul', [e.node('Sub', [chosen, e.scalar(1)]), e.scalar(alpha)]);
    const scaled = e.node('Mul', [from, e.scalar(alpha)]);
    e.node('ScatterElements', [scaled, indices, updates], { integers: { axis: 1 } }, output);
    return;
  }
  const prediction = loss === 'mse' ? from : e.node('Sigmoid', [from]);
  const factor = (alpha / columns) * (loss === 'mse' ? 2 : 1);
  e.node('Mul', [e.node('Sub', [prediction, targets]), e.scalar(factor)], {}, output);
}
