import type { Attributes } from '../../core/graph/types.ts';
import type { Emitter } from './emitter.ts';

/** Smallest probability whose logarithm is taken: a loss above 87 nats is reported as 87. */
const SMALLEST_PROBABILITY = 1.2e-38;
const FLOAT = 1;

/** Rows and columns of what a loss is of. */
type Matrix = readonly [rows: number, columns: number];

/** The classes as a column [n, 1]; those that do not count become class 0. */
function classColumn(e: Emitter, targets: string, rows: number, { skipsNegative }: Attributes): string {
  const column = e.node('Reshape', [targets, e.integers([rows, 1])]);
  return skipsNegative ? e.node('Max', [column, e.node('Sub', [column, column])]) : column;
}

/** Weight of each row [n, 1]: rows over those that count, 0 for the others; the mean over all rows is then that over those that count. */
function rowWeights(e: Emitter, targets: string, rows: number): string {
  const numbers = e.node('Cast', [e.node('Reshape', [targets, e.integers([rows, 1])])], { integers: { to: FLOAT } });
  const counts = e.node('GreaterOrEqual', [numbers, e.scalar(0)]);
  const valid = e.node('Cast', [counts], { integers: { to: FLOAT } });
  const total = e.node('Max', [e.node('ReduceSum', [valid]), e.scalar(1)]);
  return e.node('Div', [e.node('Mul', [valid, e.scalar(rows)]), total]);
}

/** Row losses to `rowLosses` `[n]`; cross-entropy writes its probabilities to `probabilities` too. */
export function emitLoss(
  e: Emitter,
  attributes: Attributes,
  [outputs, targets]: readonly string[],
  matrix: Matrix,
  [rowLosses, probabilities]: readonly string[],
): void {
  if (attributes.loss !== 'cross-entropy') {
    e.node(
      'ReduceMean',
      [elementLosses(e, attributes, outputs, targets), e.integers([1])],
      { integers: { keepdims: 0 } },
      rowLosses,
    );
    return;
  }
  e.node('Softmax', [outputs], { integers: { axis: 1 } }, probabilities);
  const column = crossEntropy(e, attributes, outputs, probabilities, targets, matrix);
  const weighed = attributes.skipsNegative ? e.node('Mul', [column, rowWeights(e, targets, matrix[0])]) : column;
  e.node('Reshape', [weighed, e.integers([matrix[0]])], {}, rowLosses);
}

/** [n, 1]. Szegedy et al. 2016, section 7: a share of each target is spread over all classes. */
function crossEntropy(
  e: Emitter,
  attributes: Attributes,
  outputs: string,
  probabilities: string,
  targets: string,
  [rows, columns]: Matrix,
): string {
  const { labelSmoothing = 0, softTargets = false } = attributes;
  if (softTargets) {
    const logs = e.node('LogSoftmax', [outputs], { integers: { axis: 1 } });
    const shares = smoothed(e, targets, labelSmoothing, columns);
    return e.node('Neg', [e.node('ReduceSum', [e.node('Mul', [logs, shares]), e.integers([1])])]);
  }
  const classes = classColumn(e, targets, rows, attributes);
  if (labelSmoothing === 0) {
    const chosen = e.node('GatherElements', [probabilities, classes], { integers: { axis: 1 } });
    return e.node('Neg', [e.node('Log', [e.node('Max', [chosen, e.scalar(SMALLEST_PROBABILITY)])])]);
  }
  const logs = e.node('LogSoftmax', [outputs], { integers: { axis: 1 } });
  const chosen = e.node('GatherElements', [logs, classes], { integers: { axis: 1 } });
  const spread = e.node('ReduceMean', [logs, e.integers([1])]);
  return e.node('Sub', [
    e.node('Mul', [chosen, e.scalar(labelSmoothing - 1)]),
    e.node('Mul', [spread, e.scalar(labelSmoothing)]),
  ]);
}

const smoothed = (e: Emitter, shares: string, smoothing: number, columns: number): string =>
  smoothing === 0
    ? shares
    : e.node('Add', [e.node('Mul', [shares, e.scalar(1 - smoothing)]), e.scalar(smoothing / columns)]);

/** Losses of single outputs [n, m]. */
function elementLosses(e: Emitter, { loss, delta = 1 }: Attributes, outputs: string, targets: string): string {
  // log(1 + exp(z)) - z t, for logits z.
  if (loss === 'binary-cross-entropy')
    return e.node('Sub', [e.node('Softplus', [outputs]), e.node('Mul', [outputs, targets])]);
  const distance = e.node('Sub', [outputs, targets]);
  if (loss === 'mae') return e.node('Abs', [distance]);
  if (loss === 'mse') return e.node('Mul', [distance, distance]);
  // Huber 1964: d^2 / 2 up to delta, then delta (|d| - delta / 2); both are c (d - c / 2) with c = d within the bounds.
  const bounded = e.node('Clip', [distance, e.scalar(-delta), e.scalar(delta)]);
  return e.node('Mul', [bounded, e.node('Sub', [distance, e.node('Mul', [bounded, e.scalar(0.5)])])]);
}

/** Gradient of the mean row loss (factor `alpha` = 1/n) with respect to the outputs. */
export function emitLossGradient(
  e: Emitter,
  attributes: Attributes,
  [from, targets]: readonly string[],
  matrix: Matrix,
  output: string,
): void {
  const { alpha = 1, loss } = attributes;
  if (loss === 'cross-entropy') return crossEntropyGradient(e, attributes, [from, targets], matrix, output);
  const slope = elementSlopes(e, attributes, from, targets);
  e.node('Mul', [slope, e.scalar((alpha / matrix[1]) * (loss === 'mse' ? 2 : 1))], {}, output);
}

function elementSlopes(e: Emitter, { loss, delta = 1 }: Attributes, outputs: string, targets: string): string {
  const prediction = loss === 'binary-cross-entropy' ? e.node('Sigmoid', [outputs]) : outputs;
  const distance = e.node('Sub', [prediction, targets]);
  if (loss === 'mae') return e.node('Sign', [distance]);
  if (loss === 'huber') return e.node('Clip', [distance, e.scalar(-delta), e.scalar(delta)]);
  return distance;
}

/** alpha (p - t): the shares t are 1 at the class, or as given, and smoothed. */
function crossEntropyGradient(
  e: Emitter,
  attributes: Attributes,
  [probabilities, targets]: readonly string[],
  [rows, columns]: Matrix,
  output: string,
): void {
  const { alpha = 1, labelSmoothing = 0, softTargets = false, skipsNegative = false } = attributes;
  if (softTargets) {
    const shares = smoothed(e, targets, labelSmoothing, columns);
    const total = e.node('ReduceSum', [shares, e.integers([1])]);
    const distance = e.node('Sub', [e.node('Mul', [probabilities, total]), shares]);
    e.node('Mul', [distance, e.scalar(alpha)], {}, output);
    return;
  }
  const classes = classColumn(e, targets, rows, attributes);
  const base =
    labelSmoothing === 0 ? probabilities : e.node('Sub', [probabilities, e.scalar(labelSmoothing / columns)]);
  const chosen = e.node('GatherElements', [base, classes], { integers: { axis: 1 } });
  const updates = e.node('Mul', [e.node('Sub', [chosen, e.scalar(1 - labelSmoothing)]), e.scalar(alpha)]);
  const scaled = e.node('Mul', [base, e.scalar(alpha)]);
  const integers = { axis: 1 };
  if (!skipsNegative) {
    e.node('ScatterElements', [scaled, classes, updates], { integers }, output);
    return;
  }
  const all = e.node('ScatterElements', [scaled, classes, updates], { integers });
  e.node('Mul', [all, rowWeights(e, targets, rows)], {}, output);
}
