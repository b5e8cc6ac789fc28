import { add, call, divide, number, subtract, symbol, times } from '../../formula/expression.ts';
import type { Expression } from '../../formula/expression.ts';
import type { Objective } from '../../terms/fit.ts';

/** Scale of huber, cauchy and asymmetric where none is given: Hoffmann et al. 2022, section 3.3. */
export const DEFAULT_DELTA = 1e-3;
/** How many times a run below the law counts where `asymmetric` is not told. */
export const DEFAULT_RATIO = 10;

/** Names that no formula can hold, for what a penalty is made of. */
export const RESIDUAL = '$residual';
export const DELTA = '$delta';
export const RATIO = '$ratio';

/** Loss of one residual as expressions: its first two derivatives, and the weight of iteratively reweighted least squares (derivative / r). */
export interface Penalty {
  readonly value: Expression;
  readonly derivative: Expression;
  readonly curvature: Expression;
  readonly weight: Expression;
}

const [r, delta, ratio] = [symbol(RESIDUAL), symbol(DELTA), symbol(RATIO)];
const square = (x: Expression): Expression => times(x, x);
const size = call('max', r, subtract(number(0), r));
const half = (x: Expression): Expression => times(number(0.5), x);

const clipped = call('min', size, delta);
const HUBER: Penalty = {
  value: times(clipped, subtract(size, half(clipped))),
  derivative: call('max', subtract(number(0), delta), call('min', delta, r)),
  curvature: subtract(number(1), call('step', subtract(size, delta))),
  weight: divide(delta, call('max', delta, size)),
};

const relative = square(divide(r, delta));
const CAUCHY: Penalty = {
  value: times(half(square(delta)), call('log', add(number(1), relative))),
  derivative: divide(r, add(number(1), relative)),
  curvature: divide(subtract(number(1), relative), square(add(number(1), relative))),
  weight: divide(number(1), add(number(1), relative)),
};

const above = call('step', r);
const side = add(above, times(ratio, subtract(number(1), above)));
const ASYMMETRIC: Penalty = {
  value: times(side, HUBER.value),
  derivative: times(side, HUBER.derivative),
  curvature: times(side, HUBER.curvature),
  weight: times(side, HUBER.weight),
};

const PENALTIES: Readonly<Record<Objective['kind'], Penalty>> = {
  'least-squares': { value: square(r), derivative: times(number(2), r), curvature: number(2), weight: number(2) },
  huber: HUBER,
  cauchy: CAUCHY,
  asymmetric: ASYMMETRIC,
};

export const penaltyOf = ({ kind }: Objective): Penalty => PENALTIES[kind];
