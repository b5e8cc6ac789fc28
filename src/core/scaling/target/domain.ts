import type { Knob, KnobSet, KnobValues } from '../knob.ts';
import { turnKnobs } from '../turn.ts';
import type { ScaledAxis } from '../turn.ts';

/** A size that an axis may take: the values of its knobs, and the factor that they make of the present size. */
export interface Size {
  readonly factor: number;
  readonly values: KnobValues;
}

/** Factors of the present size. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Images whose extent is a multiple of it are searched by it. */
const PIXELS = 8;

/** So many sizes of one axis are told apart; more differ by about a per cent. */
const MOST_SIZES = 256;

const MEMBERS: Readonly<Record<'depth' | 'width' | 'resolution', readonly Knob['axis'][]>> = {
  depth: ['depth'],
  width: ['width', 'heads'],
  resolution: ['resolution'],
};

/**
 * Every size within a span that the rounding of an axis tells apart, in rising order: knobs of one axis move in proportion, each to
 * its own multiples.
 */
export function sizesOf(set: KnobSet, axis: 'depth' | 'width' | 'resolution', span: Span): Size[] {
  const knobs = set.knobs.filter((knob) => MEMBERS[axis].includes(knob.axis) && knob.follows === undefined);
  const sizes = new Map<string, Size>();
  for (const factor of thinned(factorsOf(knobs, span))) {
    const size = sizeAt(set, axis, factor);
    if (!size) continue;
    const key = [...size.values.values()].join();
    if (!sizes.has(key)) sizes.set(key, size);
  }
  return [...sizes.values()].toSorted((a, b) => a.factor - b.factor);
}

/** Factors at which one of the knobs takes its next multiple. */
function factorsOf(knobs: readonly Knob[], { from, to }: Span): number[] {
  const factors = new Set([Math.min(to, Math.max(from, 1))]);
  for (const { axis, value, step: least, minimum } of knobs) {
    const step = axis === 'resolution' && value % (PIXELS * least) === 0 ? PIXELS * least : least;
    const first = Math.ceil(Math.max(minimum, from * value) / step) * step;
    const stride = step * Math.max(1, Math.floor((to * value - first) / (8 * MOST_SIZES * step)));
    for (let size = first; size <= to * value; size += stride) factors.add(size / value);
  }
  return [...factors].toSorted((a, b) => a - b);
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
export function sizeAt(set: KnobSet, axis: ScaledAxis, factor: number): Size | undefined {
  try {
    const { values, achieved } = turnKnobs(set, { [axis]: factor });
    return set.faultOf(values) === undefined ? { values, factor: achieved[axis]! } : undefined;
  } catch {
    return undefined;
  }
}
