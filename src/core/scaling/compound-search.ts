import { IsoflopError } from '../terms/errors.ts';
import { nominalCost } from './compound.ts';
import type { AxisFactors } from './compound.ts';

/** More candidates than anyone trains; a finer grid asks for more. */
const MOST_STEPS = 200;
/** Grid values are made of decimal steps: sums of them differ from the decimal by this much at most. */
const DECIMALS = 10;

/** The grid on which alpha, beta and gamma are searched. */
export interface CompoundGrid {
  /** Distance of neighbours on each axis. Defaults to .05. */
  readonly step?: number;
  /** alpha beta^2 gamma^2 lies less than this from `target`. Defaults to .1. */
  readonly tolerance?: number;
  /** Factor of operations of one unit of phi. Defaults to 2. */
  readonly target?: number;
  /** Largest factor of one axis; the smallest is 1. Defaults to `target`. */
  readonly largest?: number;
}

export interface CompoundCandidate extends AxisFactors {
  /** alpha beta^2 gamma^2. */
  readonly cost: number;
}

/**
 * Candidates for alpha, beta and gamma at phi = 1 (Tan and Le 2019, section 3.3): each is to be trained, the best kept and then extended by
 * phi. In the order of depth, width, resolution. Paper's own answer, 1.2, 1.1 and 1.15, costs 1.92: a tolerance of .05 leaves it out.
 */
export function proposeCompound({
  step = 0.05,
  tolerance = 0.1,
  target = 2,
  largest = target,
}: CompoundGrid = {}): CompoundCandidate[] {
  const steps = Math.floor((largest - 1) / step + 1e-9);
  if (!(step > 0 && tolerance > 0 && largest >= 1 && steps <= MOST_STEPS)) {
    throw new IsoflopError(
      'invalid-input',
      `a search of compound factors wants 1 to ${MOST_STEPS} steps from 1 to the largest factor and a tolerance above 0, got step ${step}, largest ${largest}, tolerance ${tolerance}`,
    );
  }
  const values = Array.from({ length: steps + 1 }, (_, index) => Number((1 + index * step).toFixed(DECIMALS)));
  return values.flatMap((depth) =>
    values.flatMap((width) =>
      values
        .map((resolution) => ({ depth, width, resolution, cost: nominalCost({ depth, width, resolution }) }))
        .filter(({ cost }) => Math.abs(cost - target) < tolerance - 10 ** -DECIMALS),
    ),
  );
}
