import type { Knob, KnobSet, KnobValues } from '../knobs.ts';
import { turnKnobs } from '../turn.ts';
import type { ScaledAxis } from '../turn.ts';

/** A size that an axis may take: the values of its knobs, and the factor that they make of the present size. */
export interface Size {
  readonly factor: number;
  readonly values: KnobValues;
}

/** Factors between which an axis is searched; a model that should be further away is another model. */
const SMALLEST = 1 / 64;
const LARGEST = 64;
/** So many sizes of one axis are told apart; more differ by less than a per cent. */
const MOST_SIZES = 512;

const MEMBERS: Readonly<Record<'depth' | 'width' | 'resolution', readonly Knob['axis'][]>> = {
  depth: ['depth'],
  width: ['width', 'heads'],
  resolution: ['resolution'],
};

/**
 * Every size that the rounding of an axis tells apart, in rising order, the present one among them: knobs of one axis move in
 * proportion, each to its own multiples.
 */
export function sizesOf(set: KnobSet, axis: 'depth' | 'width' | 'resolution', largest = LARGEST): Size[] {
  const knobs = set.knobs.filter((knob) => MEMBERS[axis].includes(knob.axis) && knob.follows === undefined);
  const sizes = new Map<string, Size>();
  for (const factor of thinned(factorsOf(knobs, largest))) {
    const size = sizeAt(set, axis, factor);
    if (!size) continue;
    const key = [...size.values.values()].join();
    if (!sizes.has(key)) sizes.set(key, size);
  }
  return [...sizes.values()].toSorted((a, b) => a.factor - b.factor);
}

/** Factors at which one of the knobs takes its next multiple. */
function factorsOf(knobs: readonly Knob[], largest: number): number[] {
  const factors = new Set([1]);
  for (const { value, step, minimum } of knobs) {
    const last = Math.min(largest * value, minimum + 4 * MOST_SIZES * step);
    for (let size = Math.max(step, minimum, SMALLEST * value); size <= last; size += step) {
      factors.add((Math.round(size / step) * step) / value);
    }
  }
  return [...factors].filter((factor) => factor >= SMALLEST && factor <= largest).toSorted((a, b) => a - b);
}

/** At most `MOST_SIZES` of them: from a dense run of factors those are kept that differ most. */
function thinned(factors: readonly number[]): number[] {
  let spread = 1;
  let kept = [...factors];
  while (kept.length > MOST_SIZES) {
    spread *= 1.002;
    kept = [];
    for (const factor of factors) if (factor === 1 || factor >= (kept.at(-1) ?? 0) * spread) kept.push(factor);
  }
  return kept;
}

/** undefined where the model does not fit together at this size. */
function sizeAt(set: KnobSet, axis: ScaledAxis, factor: number): Size | undefined {
  try {
    const { values, achieved } = turnKnobs(set, { [axis]: factor });
    return set.faultOf(values) === undefined ? { values, factor: achieved[axis]! } : undefined;
  } catch {
    return undefined;
  }
}
