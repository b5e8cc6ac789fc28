import { IsoflopError } from '../../terms/errors.ts';
import { TEN_PERCENT, makeDivisible, roundHalfEven } from '../rounding.ts';

/** A RegNet's five numbers (Radosavovic et al. 2020, section 3.3). */
export interface RegnetParameters {
  readonly depth: number;
  /** Width of the first block. */
  readonly initial: number;
  /** Channels by which a block is wider than the one before. */
  readonly slope: number;
  /** Factor between the widths of stages. */
  readonly multiplier: number;
  readonly groupWidth: number;
}

export interface RegnetStage {
  readonly width: number;
  readonly depth: number;
  readonly groupWidth: number;
}

/** Widths are multiples of it. */
const QUANTUM = 8;

/**
 * Stages of a RegNet: block j has the width u_j = initial + slope j, quantised to initial multiplier^k for the nearest whole k
 * (equations 2 to 4); blocks of equal width are a stage. Then widths become multiples of the group width: the nearest, half going to
 * even (pycls), or without losing 10 % (torchvision): two of the published sizes differ by that.
 */
export function regnetStages(
  { depth, initial, slope, multiplier, groupWidth }: RegnetParameters,
  rule: 'pycls' | 'torchvision' = 'pycls',
): RegnetStage[] {
  if (!(depth >= 1 && slope >= 0 && initial > 0 && multiplier > 1 && initial % QUANTUM === 0)) {
    throw new IsoflopError(
      'invalid-input',
      `a RegNet wants a depth and a slope, a first width that is a multiple of ${QUANTUM} and a multiplier above 1, got ${depth}, ${slope}, ${initial}, ${multiplier}`,
    );
  }
  const widths = Array.from({ length: depth }, (_, block) => {
    const step = roundHalfEven(Math.log((initial + slope * block) / initial) / Math.log(multiplier));
    return roundHalfEven((initial * multiplier ** step) / QUANTUM) * QUANTUM;
  });
  return [...Map.groupBy(widths, (width) => width)].map(([width, blocks]) => {
    const group = Math.min(groupWidth, width);
    const compatible =
      rule === 'torchvision'
        ? makeDivisible(width, group, TEN_PERCENT)
        : Math.max(group, roundHalfEven(width / group) * group);
    return { width: compatible, depth: blocks.length, groupWidth: group };
  });
}
