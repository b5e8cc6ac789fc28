/**
 * Coverage of the ladder prediction by simulation: ladders are drawn from stated boxes of truths, the hero is predicted and
 * compared with one new run. `node tools/simulate-ladders.ts [DRAWS]` prints a table, one row a box and design.
 */
import { predictRun } from '../src/core/laws/index.ts';
import type { PathPoint } from '../src/core/laws/index.ts';
import { exp, log } from '../src/core/math/elementary.ts';
import { Random } from '../src/core/math/random.ts';

/** Loss by the logarithm of compute relative to the ladder's largest run. */
type Truth = (x: number) => number;

/** A box of truths; `draw` gets the log range of the ladder's compute. */
export interface Box {
  readonly name: string;
  readonly draw: (random: Random, span: number) => Truth;
}

export interface LadderDesign {
  readonly sizes: number;
  /** Compute of the largest size over the smallest. */
  readonly range: number;
  readonly seeds: number;
}

/** What a box of truths does to the prediction; shares and relative numbers. */
export interface Coverage {
  readonly inside90: number;
  readonly inside95: number;
  /** Median half-width of the 95 % interval over the prediction. */
  readonly halfWidth: number;
  /** Median absolute errors against the measured loss of the hero. */
  readonly error: number;
  readonly frontierPowerLawError: number;
  readonly lastValueError: number;
  /** Share of ladders that are called "not yet in its scaling regime". */
  readonly drifts: number;
}

const LARGEST_FLOPS = 1e12;
const LARGEST_LOSS = 3;
/** Compute of the hero over the ladder's largest. */
const REACH = 4;

const between = (random: Random, low: number, high: number): number => low + (high - low) * random.next();
const softplus = (x: number): number => log(1 + exp(x));
const withFloor =
  (floor: number, reducible: Truth): Truth =>
  (x) =>
    LARGEST_LOSS * (floor + (1 - floor) * exp(reducible(x)));

export const POWER_LAW: Box = {
  name: 'power law, slope .06 to .16',
  draw: (random) => {
    const slope = between(random, 0.06, 0.16);
    return withFloor(0, (x) => -slope * x);
  },
};

export const OFFSET: Box = {
  name: 'floor 0 to 60 % of the last loss, slope of the rest .08 to .16',
  draw: (random) => {
    const [floor, slope] = [between(random, 0, 0.6), between(random, 0.08, 0.16)];
    return withFloor(floor, (x) => -slope * x);
  },
};

export const BREAK: Box = {
  name: 'the same, slope of the rest breaks by up to 30 % anywhere up to the hero',
  draw: (random, span) => {
    const [floor, slope] = [between(random, 0, 0.6), between(random, 0.08, 0.16)];
    const [change, at] = [between(random, -0.3, 0.3), between(random, -span, log(REACH))];
    return withFloor(floor, (x) => -slope * (x + (change * softplus(2 * (x - at))) / 2));
  },
};

export const STEEPENING: Box = {
  name: 'not yet scaling: slope rises from .05 to .10-.16 along the ladder and goes on rising',
  draw: (random, span) => {
    const [first, last] = [0.05, between(random, 0.1, 0.16)];
    return withFloor(0, (x) => -last * x - ((last - first) / span) * (x * x * 0.5));
  },
};

export const BOXES: readonly Box[] = [POWER_LAW, OFFSET, BREAK, STEEPENING];
export const DESIGNS: readonly LadderDesign[] = [
  { sizes: 6, range: 18, seeds: 1 },
  { sizes: 7, range: 16, seeds: 2 },
  { sizes: 8, range: 60, seeds: 3 },
];
/** Standard deviations of a run's loss, relative. */
const NOISES = [0.002, 0.007];

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1];

function ladder(truth: Truth, { sizes, range, seeds }: LadderDesign, noise: number, random: Random): PathPoint[] {
  const xs = Array.from({ length: sizes }, (_, size) => -log(range) * (1 - size / (sizes - 1)));
  return xs.flatMap((x) =>
    Array.from({ length: seeds }, () => ({
      flops: LARGEST_FLOPS * exp(x),
      loss: truth(x) * exp(noise * random.normal()),
    })),
  );
}

/** Predicts `draws` heroes from ladders of one design; draw i has its own stream of the seed. */
export function simulate(box: Box, design: LadderDesign, noise: number, draws: number, seed: number): Coverage {
  const target = { params: 1, tokens: 1, flops: LARGEST_FLOPS * REACH, repeats: 0 };
  const outcomes = Array.from({ length: draws }, (_, draw) => {
    const random = new Random(seed, draw);
    const truth = box.draw(random, log(design.range));
    const { loss, intervals, baselines, drift } = predictRun(ladder(truth, design, noise, random), target);
    const actual = truth(log(REACH)) * exp(noise * random.normal());
    const [inside90, inside95] = intervals.map(({ low, high }) => actual > low && actual < high);
    const error = (forecast: number): number => Math.abs(forecast / actual - 1);
    return {
      inside90,
      inside95,
      halfWidth: (intervals[1].high - intervals[1].low) / 2 / loss,
      error: error(loss),
      frontierPowerLawError: error(baselines.frontierPowerLaw),
      lastValueError: error(baselines.lastValue),
      drifts: drift.drifts,
    };
  });
  const share = (of: (outcome: (typeof outcomes)[number]) => boolean): number => outcomes.filter(of).length / draws;
  return {
    inside90: share((one) => one.inside90),
    inside95: share((one) => one.inside95),
    halfWidth: median(outcomes.map((one) => one.halfWidth)),
    error: median(outcomes.map((one) => one.error)),
    frontierPowerLawError: median(outcomes.map((one) => one.frontierPowerLawError)),
    lastValueError: median(outcomes.map((one) => one.lastValueError)),
    drifts: share((one) => one.drifts),
  };
}

function printTable(draws: number): void {
  const percent = (value: number, digits: number): string => (100 * value).toFixed(digits);
  console.log(
    '| sizes x seeds, range | run noise | inside 90 % | inside 95 % | half-width | error | frontier power law | last value | "not yet" |',
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- |');
  for (const box of BOXES) {
    console.log(`| **${box.name}** |`);
    for (const design of DESIGNS) {
      for (const noise of NOISES) {
        const result = simulate(box, design, noise, draws, 1);
        const cells = [
          `${design.sizes} x ${design.seeds}, ${design.range} x`,
          percent(noise, 1),
          percent(result.inside90, 0),
          percent(result.inside95, 0),
          percent(result.halfWidth, 1),
          percent(result.error, 2),
          percent(result.frontierPowerLawError, 2),
          percent(result.lastValueError, 1),
          percent(result.drifts, 1),
        ];
        console.log(`| ${cells.join(' | ')} |`);
      }
    }
  }
}

if (import.meta.main) printTable(Number(process.argv[2] ?? 400));
