import { roundKnob } from '../model/rounding.ts';
import { IsoflopError } from '../terms/errors.ts';
import type { Knob, KnobSet, KnobValues } from './knob.ts';
import type { Repair } from './repair.ts';

/** What a rule multiplies; an axis that is left out stays. */
export interface Factors {
  /** Blocks. */
  readonly depth?: number;
  /** Channels, units, heads. */
  readonly width?: number;
  /** Each extent of the image. */
  readonly resolution?: number;
  /** Hidden units of feed-forward parts, instead of the width's factor. */
  readonly feedForward?: number;
  /** Heads of keys and values, instead of what the width makes of them. */
  readonly kvHeads?: number;
}

export type ScaledAxis = keyof Factors;

/** Values of the knobs of some axes, what was repaired and what factor they achieve. */
export interface Turn {
  readonly values: KnobValues;
  readonly repairs: readonly Repair[];
  /** A sum over blocks for depth, a geometric mean for the others. */
  readonly achieved: Factors;
}

/** Turns the knobs of every axis by its factor. Throws `not-identifiable` with the layer that prevents it where an axis has none. */
export function turnKnobs(set: KnobSet, factors: Factors): Turn {
  const parts = [
    ...(factors.depth === undefined ? [] : [turnDepth(set, factors.depth)]),
    ...(factors.width === undefined && factors.feedForward === undefined ? [] : [turnWidths(set, factors)]),
    ...(factors.kvHeads === undefined ? [] : [turnKeyHeads(set, factors)]),
    ...(factors.resolution === undefined ? [] : [turnResolution(set, factors.resolution)]),
  ];
  return {
    values: new Map(parts.flatMap(({ values }) => [...values])),
    repairs: parts.flatMap(({ repairs }) => repairs),
    achieved: Object.assign({}, ...parts.map(({ achieved }) => achieved)) as Factors,
  };
}

function knobsOn(set: KnobSet, axis: 'depth' | 'width' | 'resolution' | 'feedForward'): Knob[] {
  const knobs = set.knobs.filter((knob) => knob.axis === axis);
  const refusal = axis === 'feedForward' ? undefined : set.refusals[axis];
  if (knobs.length > 0) return knobs;
  if (axis === 'width' && set.knobs.some((knob) => knob.axis === 'heads')) return [];
  throw refusal ?? new IsoflopError('not-identifiable', `the model has no ${axis} to scale`);
}

function turnDepth(set: KnobSet, factor: number): Turn {
  const knobs = knobsOn(set, 'depth');
  const isShared = knobs.every(({ rounding }) => rounding === 'proportion');
  const blocks = isShared
    ? apportioned(
        knobs.map(({ value }) => value),
        factor,
      )
    : knobs.map((knob) => roundKnob(roundingOf(knob), knob.value * factor));
  const values = new Map(knobs.map(({ id }, index) => [id, blocks[index]]));
  const layers = (counts: readonly number[]): number =>
    knobs.reduce((sum, { layers = 1 }, index) => sum + layers * counts[index], 0);
  const achieved = layers(blocks) / layers(knobs.map(({ value }) => value));
  return { values, repairs: repairsOf(knobs, values, () => factor), achieved: { depth: achieved } };
}

const roundingOf = ({ step, minimum, rounding }: Knob): Parameters<typeof roundKnob>[0] => ({
  step,
  minimum,
  ...(rounding && rounding !== 'proportion' ? { rounding } : {}),
});

/** Parts in proportion whose sum is the rounded nominal one: largest remainders, of equal ones the larger part, then the later. */
function apportioned(counts: readonly number[], factor: number): number[] {
  const nominal = counts.map((count) => count * factor);
  const parts = nominal.map((value) => Math.max(1, Math.floor(value + 1e-9)));
  const order = nominal
    .map((value, index) => ({ index, rest: value - parts[index] }))
    .filter(({ rest }) => rest > 1e-9)
    .sort((a, b) => b.rest - a.rest || counts[b.index] - counts[a.index] || b.index - a.index);
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  const left = Math.max(0, Math.round(sum(nominal)) - sum(parts));
  for (const { index } of order.slice(0, left)) parts[index]++;
  return parts;
}

/** Widths, heads and hidden units. A knob that follows another one moves as that one did, unless it has a factor of its own. */
function turnWidths(set: KnobSet, { width = 1, feedForward, kvHeads }: Factors): Turn {
  knobsOn(set, feedForward === undefined ? 'width' : 'feedForward');
  const isMoving = ({ axis, follows }: Knob): boolean =>
    axis === 'kvHeads'
      ? follows !== undefined && kvHeads === undefined
      : axis === 'width' || axis === 'feedForward' || axis === 'heads' || follows !== undefined;
  const moving = set.knobs.filter(isMoving);
  const factorOf = ({ axis }: Knob): number => (axis === 'feedForward' ? (feedForward ?? width) : width);
  const values = new Map<string, number>();
  const turn = (knob: Knob): number => {
    const known = values.get(knob.id);
    if (known !== undefined) return known;
    const leader =
      knob.axis === 'feedForward' && feedForward !== undefined
        ? undefined
        : moving.find(({ id }) => id === knob.follows);
    const nominal = leader ? (knob.value * turn(leader)) / leader.value : knob.value * factorOf(knob);
    const value = roundKnob(roundingOf(knob), nominal);
    values.set(knob.id, value);
    return value;
  };
  for (const knob of moving) turn(knob);
  const measured = moving.filter(({ axis }) => axis === 'width');
  const achieved = meanRatio(measured.length > 0 ? measured : moving, values);
  const hidden = moving.filter(({ axis }) => axis === 'feedForward');
  return {
    values,
    repairs: repairsOf(moving, values, factorOf),
    achieved: { width: achieved, ...(feedForward === undefined ? {} : { feedForward: meanRatio(hidden, values) }) },
  };
}

/** Groups of queries share a head of keys and values (Ainslie et al. 2023): the divisor of the heads that lies nearest by its ratio. */
function turnKeyHeads(set: KnobSet, { width, kvHeads: factor = 1 }: Factors): Turn {
  const [knob, heads] = (['kvHeads', 'heads'] as const).map((axis) => set.knobs.find((one) => one.axis === axis));
  if (!knob || !heads)
    throw new IsoflopError('not-identifiable', 'the model has no heads of keys and values to scale', {
      hint: 'Families of transformers have them; in a file of layers they are weights like others.',
    });
  const count = width === undefined ? heads.value : turnWidths(set, { width }).values.get(heads.id)!;
  const divisors = Array.from({ length: count }, (_, index) => index + 1).filter((value) => count % value === 0);
  const distance = (value: number): number => Math.abs(Math.log(value / (knob.value * factor)));
  const value = divisors.reduce((best, one) => (distance(one) < distance(best) ? one : best));
  const values = new Map([[knob.id, value]]);
  const reasoned = { ...knob, follows: undefined, reason: `a divisor of ${count} heads` };
  return { values, repairs: repairsOf([reasoned], values, () => factor), achieved: { kvHeads: value / knob.value } };
}

/** Sizes so far from the nominal one are tried; total strides of image models are at most 64. */
const FARTHEST = 64;

/** The nearest resolution at which the model fits together. */
function turnResolution(set: KnobSet, factor: number): Turn {
  const knobs = knobsOn(set, 'resolution');
  const rounded = near(knobs, factor, 1, 0);
  const fault = set.faultOf(rounded);
  const offsets = Array.from({ length: 2 * FARTHEST + 1 }, (_, i) => (i % 2 === 0 ? -i / 2 : (i + 1) / 2));
  const steps = Array.from({ length: FARTHEST }, (_, i) => i + 1);
  const candidates = [
    ...offsets.map((offset) => near(knobs, factor, 1, offset)),
    ...steps.map((step) => near(knobs, factor, step, 0)),
  ];
  const values =
    fault === undefined ? rounded : candidates.find((one) => isPositive(one) && set.faultOf(one) === undefined);
  if (!values) {
    throw new IsoflopError('not-identifiable', `the resolution cannot be scaled by ${factor}: ${fault}`, {
      hint: 'Scale the depth or the width.',
    });
  }
  const reasoned = fault === undefined ? knobs : knobs.map((knob) => ({ ...knob, reason: fault }));
  return {
    values,
    repairs: repairsOf(reasoned, values, () => factor),
    achieved: { resolution: meanRatio(knobs, values) },
  };
}

const isPositive = (values: KnobValues): boolean => [...values.values()].every((value) => value >= 1);

function near(knobs: readonly Knob[], factor: number, step: number, offset: number): Map<string, number> {
  return new Map(
    knobs.map((knob) => {
      const wanted = roundKnob(roundingOf(knob), knob.value * factor);
      return [knob.id, Math.round(wanted / step) * step + offset * knob.step];
    }),
  );
}

function meanRatio(knobs: readonly Knob[], values: KnobValues): number {
  const logs = knobs.map(({ id, value }) => Math.log(values.get(id)! / value));
  return Math.exp(logs.reduce((a, b) => a + b, 0) / Math.max(1, logs.length));
}

function repairsOf(knobs: readonly Knob[], values: KnobValues, factorOf: (knob: Knob) => number): Repair[] {
  return knobs.flatMap((knob): Repair[] => {
    const { id, value, minimum, reason } = knob;
    const [nominal, to] = [value * factorOf(knob), values.get(id)!];
    if (Math.abs(nominal - to) <= 1e-9 * nominal) return [];
    const why = to === minimum && nominal < minimum ? `at least ${minimum}` : reason;
    return [
      {
        at: id,
        from: value,
        nominal,
        to,
        reason: knob.follows === undefined ? why : `${why} ${withLeader(knob)}`.trim(),
      },
    ];
  });
}

const withLeader = ({ follows }: Knob): string => `moves with ${follows}`;
