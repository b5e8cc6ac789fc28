import type { DeclaredKnob } from './model.ts';

/** Half goes to the even neighbour, as Python's and NumPy's `round` do: published tables of pycls depend on it. */
export function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

/**
 * The nearest multiple of `divisor`, half going up, at least one of it. With `mayLose` .1 one step more where more than
 * 10 % would be lost (MobileNet V2 and V3, EfficientNet); EfficientNetV2 rounds without that rule.
 */
export function makeDivisible(value: number, divisor: number, mayLose = 1): number {
  const nearest = Math.max(divisor, Math.floor((value + divisor / 2) / divisor) * divisor);
  return nearest < (1 - mayLose) * value ? nearest + divisor : nearest;
}

/** The share of channels that the rule `divisible-10` lets a rounded width lose. */
export const TEN_PERCENT = 0.1;

type Rounded = Pick<DeclaredKnob, 'step' | 'minimum' | 'rounding'>;

/** A scaled value of a knob as its family rounds it: a multiple of `step`, at least `minimum`. */
export function roundKnob({ step, minimum, rounding = 'nearest' }: Rounded, value: number): number {
  return Math.max(minimum, roundTo(value, step, rounding));
}

function roundTo(value: number, step: number, rounding: NonNullable<DeclaredKnob['rounding']>): number {
  switch (rounding) {
    case 'ceil':
      return Math.ceil(value / step) * step;
    case 'floor':
      return Math.floor(value / step) * step;
    case 'divisible':
      return makeDivisible(value, step);
    case 'divisible-10':
      return makeDivisible(value, step, TEN_PERCENT);
    case 'nearest':
      return Math.max(1, roundHalfEven(value / step)) * step;
  }
}
