import { IsoflopError } from '../terms/errors.ts';
import type { GptSpec } from '../schema/model.ts';

const divisors = (value: number): number[] =>
  Array.from({ length: value }, (_, index) => index + 1).filter((candidate) => value % candidate === 0);

/** The multiples of `step` around a value, as words. */
function nearestMultiples(value: number, step: number): string {
  const below = Math.floor(value / step) * step;
  return below > 0 ? `${below} or ${below + step}` : `${step}`;
}

/** Refuses shapes that no transformer can have, with the nearest that can. */
export function checkGpt(spec: GptSpec): void {
  const { width, heads, positions } = spec;
  const kvHeads = spec.kvHeads ?? heads;
  if (width % heads !== 0) {
    throw new IsoflopError('invalid-input', `${heads} heads do not divide the width ${width}`, {
      path: 'model.heads',
      hint: `Take a width of ${nearestMultiples(width, heads)}, or heads among ${divisors(width).join(', ')}.`,
    });
  }
  if (heads % kvHeads !== 0) {
    throw new IsoflopError('invalid-input', `${kvHeads} key-value heads do not divide the ${heads} heads`, {
      path: 'model.kvHeads',
      hint: `Take kvHeads among ${divisors(heads).join(', ')}.`,
    });
  }
  if (positions === 'rotary' && (width / heads) % 2 !== 0) {
    throw new IsoflopError('invalid-input', `rotary positions need an even head size, got ${width / heads}`, {
      path: 'model.positions',
      hint: `Take a width of ${nearestMultiples(width, 2 * heads)}, or learned positions.`,
    });
  }
}
