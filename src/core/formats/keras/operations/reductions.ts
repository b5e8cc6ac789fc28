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
  Argmax: index,
  Argmin: index,
  Moments: moments,
};
