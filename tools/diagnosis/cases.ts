/** What each detector is for, as simulated tables with an effect of known size: the cases whose power is published. */
import type { DetectorId } from '../../src/core/laws/diagnose/finding.ts';
import type { DiagnoseOptions } from '../../src/core/laws/diagnose/diagnose.ts';
import { exp, log } from '../../src/core/math/elementary.ts';
import type { Random } from '../../src/core/math/random.ts';
import type { Observations } from '../../src/core/terms/observation.ts';
import { curveLoss, levelsOver, noisy, tableOf } from './tables.ts';

export interface Design {
  /** Levels of scale; in two variables, levels of each. */
  readonly levels: number;
  /** Largest scale over smallest. */
  readonly range: number;
  /** Relative standard deviation of a run. */
  readonly noise: number;
}

/** A detector's case: tables with an effect, in the detector's unit. */
export interface PowerCase {
  readonly name: string;
  readonly detector: DetectorId;
  /** What an effect of 1 is. */
  readonly unit: string;
  /** Effects that the power is given at; at `stated` it is promised to be 95 % in the design `at`. */
  readonly effects: readonly number[];
  readonly stated: number;
  readonly at: Design;
  readonly draw: (random: Random, design: Design, effect: number) => { data: Observations; options?: DiagnoseOptions };
}

const ALPHA = 0.2;

/** Loss over compute of a curve that departs from a power law: `departure` adds to the log loss by position in the log range, 0 to 1. */
function curve(
  random: Random,
  { levels, range, noise }: Design,
  departure: (position: number, span: number) => number,
): Observations {
  const flops = levelsOver(levels, range);
  const loss = flops.map((x, k) => 2 * exp(-ALPHA * log(x / flops[0]) + departure(k / (levels - 1), log(range))));
  return tableOf({ flops, loss: noisy(loss, noise, random) });
}

/** A Chinchilla grid of params by tokens, each over `range`, with a departure by row. */
function grid(
  random: Random,
  { levels, range, noise }: Design,
  effective: (params: number, tokens: number) => readonly [number, number] = (params, tokens) => [params, tokens],
  more: (params: readonly number[]) => { columns?: Record<string, number[]>; shift?: readonly number[] } = () => ({}),
): Observations {
  const [sizes, amounts] = [levelsOver(levels, range, 1, 1e7), levelsOver(levels, range, 1, 1e9)];
  const params = sizes.flatMap((n) => amounts.map(() => n));
  const tokens = sizes.flatMap(() => amounts);
  const { columns = {}, shift } = more(params);
  const loss = params.map((n, row) => {
    const [size, seen] = effective(n, tokens[row]);
    const law = 1 + 0.6 * (size / 1e8) ** -0.3 + 0.6 * (seen / 1e10) ** -0.3;
    return law * exp(shift?.[row] ?? 0);
  });
  return tableOf({ params, tokens, ...columns, loss: noisy(loss, noise, random) });
}

const CURVE: Design = { levels: 12, range: 1000, noise: 0.005 };
const GRID: Design = { levels: 5, range: 100, noise: 0.005 };
/** Tokens, or parameters, beyond the middle of their range count to the power 1 - effect. */
const kept = (x: number, middle: number, effect: number): number =>
  Math.min(x, middle) * Math.max(1, x / middle) ** (1 - effect);

export const CASES: readonly PowerCase[] = [
  {
    name: 'floor',
    detector: 'floor',
    unit: 'share of the last loss; the rest falls with an exponent of .25',
    effects: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7],
    stated: 0.5,
    at: { levels: 8, range: 64, noise: 0.005 },
    draw: (random, { levels, range, noise }, share) => {
      const flops = levelsOver(levels, range);
      const loss = flops.map(curveLoss({ share, alpha: 0.25 }, flops.at(-1)!));
      return { data: tableOf({ flops, loss: noisy(loss, noise, random) }) };
    },
  },
  {
    name: 'steepening',
    detector: 'steepening',
    unit: 'rise of the slope (.2) at the middle of the range: 1 doubles it',
    effects: [0, 0.1, 0.2, 0.35, 0.5, 1],
    stated: 0.5,
    at: CURVE,
    draw: (random, design, effect) => ({
      data: curve(random, design, (position, span) => -ALPHA * effect * span * Math.max(0, position - 0.5)),
    }),
  },
  {
    name: 'flattening (break, plateau by compute)',
    detector: 'flattening',
    unit: 'share of the slope (.2) that is lost beyond .6 of the log range: 1 is a full stop',
    effects: [0, 0.1, 0.2, 0.35, 0.5, 0.7, 1],
    stated: 1,
    at: CURVE,
    draw: (random, design, effect) => ({
      data: curve(random, design, (position, span) => ALPHA * effect * span * Math.max(0, position - 0.6)),
    }),
  },
  {
    name: 'plateau by tokens (grid)',
    detector: 'flattening',
    unit: 'share of the tokens beyond the middle (in the logarithm) that counts for nothing',
    effects: [0, 0.1, 0.2, 0.35, 0.5, 0.7, 1],
    stated: 1,
    at: GRID,
    draw: (random, design, effect) => ({
      data: grid(random, design, (n, d) => [n, kept(d, 1e9 * Math.sqrt(design.range), effect)]),
    }),
  },
  {
    name: 'plateau by size (grid)',
    detector: 'flattening',
    unit: 'share of the parameters beyond the middle (in the logarithm) that counts for nothing',
    effects: [0, 0.1, 0.2, 0.35, 0.5, 0.7, 1],
    stated: 1,
    at: GRID,
    draw: (random, design, effect) => ({
      data: grid(random, design, (n, d) => [kept(n, 1e7 * Math.sqrt(design.range), effect), d]),
    }),
  },
  {
    name: 'rise (U-shape)',
    detector: 'rise',
    unit: 'rise of the log loss from .6 of the log range to its end',
    effects: [0, 0.01, 0.02, 0.03, 0.05, 0.1],
    stated: 0.1,
    at: CURVE,
    draw: (random, design, effect) => ({
      data: curve(random, design, (position, span) => {
        const beyond = Math.max(0, position - 0.6);
        return (ALPHA * span + effect / 0.4) * beyond;
      }),
    }),
  },
  {
    name: 'peak (double descent)',
    detector: 'peak',
    unit: 'log loss at the top of a bell in the middle, of half-width .1 of the log range',
    effects: [0, 0.02, 0.04, 0.06, 0.1, 0.2],
    stated: 0.1,
    at: CURVE,
    draw: (random, design, effect) => ({
      data: curve(random, design, (position) => effect * exp(-(((position - 0.5) / 0.1) ** 2))),
    }),
  },
  {
    name: 'outliers',
    detector: 'outliers',
    unit: 'log loss of one run above the law of the others',
    effects: [0, 0.01, 0.02, 0.03, 0.05, 0.1],
    stated: 0.06,
    at: CURVE,
    draw: (random, design, effect) => {
      const at = 1 + random.integer(design.levels - 2);
      return {
        data: curve(random, design, (position) => (Math.round(position * (design.levels - 1)) === at ? effect : 0)),
      };
    },
  },
  {
    name: 'shallow models (grid)',
    detector: 'shallow',
    unit: 'log loss of the smaller two fifths of the sizes above the law of the deeper ones',
    effects: [0, 0.01, 0.02, 0.03, 0.05],
    stated: 0.03,
    at: GRID,
    draw: (random, design, effect) => ({
      data: grid(random, design, undefined, (params) => {
        // Depth alternates with size, so that it is no other name for size.
        const sizes = [...new Set(params)];
        const depth = params.map((n) => (sizes.indexOf(n) % 2 === 0 ? 12 : 3));
        return { columns: { depth }, shift: depth.map((layers) => (layers === 3 ? effect : 0)) };
      }),
    }),
  },
  {
    name: 'mixed schedules',
    detector: 'schedules',
    unit: 'log loss of every other run, of another schedule, above the law of the rest',
    effects: [0, 0.01, 0.02, 0.03, 0.05],
    stated: 0.03,
    at: CURVE,
    draw: (random, design, effect) => {
      const isOther = (k: number): boolean => k % 2 === 1;
      const data = curve(random, design, (position) =>
        isOther(Math.round(position * (design.levels - 1))) ? effect : 0,
      );
      const schedules = Array.from({ length: design.levels }, (_, k) => (isOther(k) ? 'constant' : 'cosine'));
      return { data, options: { schedules } };
    },
  },
  {
    name: 'untuned learning rate',
    detector: 'learning-rate',
    unit: 'doublings by which the best rate lies beyond the edge of a sweep of four rates a factor of 2 apart',
    effects: [-1.5, -0.5, 0, 0.5, 1, 1.5],
    stated: 1.5,
    at: { levels: 6, range: 1000, noise: 0.005 },
    draw: (random, { levels, range, noise }, effect) => {
      const sizes = levelsOver(levels, range);
      const steps = [0, 1, 2, 3];
      const flops = sizes.flatMap((x) => steps.map(() => x));
      const learningRate = sizes.flatMap(() => steps.map((step) => 1e-3 * 2 ** step));
      const loss = flops.map(
        (x, row) => 2 * exp(-ALPHA * log(x / sizes[0]) + 0.01 * (steps[row % 4] - 3 - effect) ** 2),
      );
      return { data: tableOf({ flops, learningRate, loss: noisy(loss, noise, random) }) };
    },
  },
];

/** The case's design with one thing changed at a time. */
export function designsAround({ at }: PowerCase): { readonly name: string; readonly design: Design }[] {
  const fewer = Math.max(4, Math.round(at.levels / 1.6));
  return [
    { name: `${at.levels} levels, ${at.range}x, ${100 * at.noise} %`, design: at },
    { name: `${fewer} levels`, design: { ...at, levels: fewer } },
    { name: `${2 * at.levels} levels`, design: { ...at, levels: 2 * at.levels } },
    { name: `range ${Math.round(at.range / 4)}x`, design: { ...at, range: Math.round(at.range / 4) } },
    { name: `range ${at.range * 16}x`, design: { ...at, range: at.range * 16 } },
    { name: 'noise .1 %', design: { ...at, noise: 0.001 } },
    { name: 'noise 2 %', design: { ...at, noise: 0.02 } },
  ];
}
