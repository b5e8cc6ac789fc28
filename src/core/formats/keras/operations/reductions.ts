import type { Attributes } from '../../../graph/types.ts';
import type { Call } from '../call.ts';
import type { Lower } from '../call.ts';

/** Axes of the configuration; all of them where it says none. */
function axesOf(call: Call): number[] {
  const axis = call.config.find('axis');
  if (axis === undefined) return call.shape.map((_, index) => index);
  return (axis.isArray ? axis.integers() : [axis.integer()]).map((value) => call.axis(value));
}

const reduce =
  (reduction: NonNullable<Attributes['reduction']>): Lower =>
  (call) =>
    call.add('reduce', [call.x], { reduction, axes: axesOf(call), keepAxes: call.flag('keepdims', false) });

/** The index of an extreme along one axis. */
const index: Lower = (call) =>
  call.add('reduce', [call.x], {
    reduction: 'max',
    axes: axesOf(call),
    keepAxes: call.flag('keepdims', false),
    function: call.className,
  });

/** Mean and variance. */
const moments: Lower = (call) => {
  const attributes: Attributes = { reduction: 'mean', axes: axesOf(call), keepAxes: call.flag('keepdims', false) };
  return [call.add('reduce', [call.x], attributes), call.add('reduce', [call.x], attributes)];
};

/** One value a sample of its last axes, or of the two that the configuration names. */
const contracted =
  (axes: (call: Call) => number[]): Lower =>
  (call) =>
    call.add('reduce', [call.x], { reduction: 'sum', axes: axes(call), function: call.className });

const lastAxes =
  (count: number) =>
  ({ shape }: Call): number[] =>
    shape.map((_, axis) => axis).slice(-count);

const namedPair = (call: Call): number[] => ['axis1', 'axis2'].map((key) => call.axis(call.config.get(key).integer()));

/** The value at one part of the sorted axis. */
const quantile: Lower = (call) => {
  if (typeof call.argument(1, 'q') !== 'number') throw call.refusal(`${call.className} is known for one number q`);
  return reduce('mean')(call);
};

export const REDUCTION_OPERATIONS: Readonly<Record<string, Lower>> = {
  Mean: reduce('mean'),
  Sum: reduce('sum'),
  Max: reduce('max'),
  Amax: reduce('max'),
  Min: reduce('min'),
  Amin: reduce('min'),
  Prod: reduce('product'),
  Any: reduce('any'),
  All: reduce('any'),
  Var: reduce('mean'),
  Std: reduce('mean'),
  Median: reduce('mean'),
  CountNonzero: reduce('sum'),
  Logsumexp: reduce('sum'),
  LogSumExp: reduce('sum'),
  Norm: reduce('sum'),
  Average: reduce('mean'),
  Ptp: reduce('max'),
  Quantile: quantile,
  Percentile: quantile,
  Nanmax: reduce('max'),
  Nanmin: reduce('min'),
  Nansum: reduce('sum'),
  Nanprod: reduce('product'),
  Nanmean: reduce('mean'),
  Nanmedian: reduce('mean'),
  Nanstd: reduce('mean'),
  Nanvar: reduce('mean'),
  Argmax: index,
  Argmin: index,
  Nanargmax: index,
  Nanargmin: index,
  Trace: contracted(namedPair),
  Det: contracted(lastAxes(2)),
  CategoricalCrossentropy: contracted(lastAxes(1)),
  Moments: moments,
};
