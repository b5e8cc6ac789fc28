import type { Observations } from '../../src/core/laws/index.ts';
import { Random } from '../../src/core/math/random.ts';

/** Simulated studies: truths from a box, a grid of runs, noise, and one new run at ten times the largest compute. */

export type NoiseKind = 'known errors' | 'three evaluations' | 'two seeds' | 't3' | 'one seed';

export interface Design {
  /** Levels of parameters and of tokens. */
  readonly grid: readonly [number, number];
  readonly noise: NoiseKind;
  /** `corner`: E near 0 and alpha .1 in every study. */
  readonly truths: 'box' | 'corner';
  /** Relative change of both exponents beyond the largest parameters and tokens of the grid. */
  readonly breakBeyond?: number;
  /** Loss is multiplied by exp(-bend x^2), x running from -1 to 1 over the log compute of the grid. */
  readonly bend?: number;
}

export interface Truth {
  readonly E: number;
  readonly A: number;
  readonly B: number;
  readonly alpha: number;
  readonly beta: number;
}

export interface Study {
  readonly data: Observations;
  readonly truth: Truth;
  readonly at: { readonly params: number; readonly tokens: number };
  /** Log loss of the new run as measured, and of the law there. */
  readonly measured: number;
  readonly law: number;
  /** Standard error of the new run's evaluation, where the design gives such errors. */
  readonly evaluationError: number | undefined;
  /** True variances of the log loss: shared by a run, of each row, of the new run. */
  readonly variances: { readonly run: number; readonly rows: Float64Array; readonly newRun: number };
}

export const PARAMS = [1e7, 1e9] as const;
export const TOKENS = [1e9, 1e11] as const;
/** Relative standard deviations. */
const RUN = 0.01;
const RUN_BESIDE_ERRORS = 0.007;
const EVALUATION = 0.01;
const KNOWN = [0.003, 0.02] as const;
/** The typical one of the known errors: their median. */
const KNOWN_NEW = Math.sqrt(KNOWN[0] * KNOWN[1]);
const EVALUATIONS = 3;

const between = (random: Random, low: number, high: number): number => low + (high - low) * random.next();
const logBetween = (random: Random, low: number, high: number): number => low * (high / low) ** random.next();
const levels = ([low, high]: readonly [number, number], count: number): number[] =>
  Array.from({ length: count }, (_, k) => low * (high / low) ** (k / (count - 1)));

/** Student's t with 3 degrees of freedom, scaled to variance 1. */
function t3(random: Random): number {
  const chi = random.normal() ** 2 + random.normal() ** 2 + random.normal() ** 2;
  return random.normal() / Math.sqrt(chi);
}

/**
 * The box: E from .05 to 2 evenly, in a quarter of the studies from .001 to .05 evenly in the logarithm; alpha and beta from .1 to .5; A /
 * params^alpha and B / tokens^beta at the centre of the grid from .2 to 1.5.
 */
function drawTruth(truths: Design['truths'], random: Random): Truth {
  const isCorner = truths === 'corner';
  const nearZero = random.next() < 0.25;
  const E = isCorner || nearZero ? logBetween(random, 0.001, 0.05) : between(random, 0.05, 2);
  const alpha = isCorner ? 0.1 : between(random, 0.1, 0.5);
  const beta = between(random, 0.1, 0.5);
  const A = between(random, 0.2, 1.5) * 1e8 ** alpha;
  const B = between(random, 0.2, 1.5) * 1e10 ** beta;
  return { E, A, B, alpha, beta };
}

function lossOf({ E, A, B, alpha, beta }: Truth, { breakBeyond = 0, bend = 0 }: Design, n: number, d: number): number {
  const beyond = (x: number, most: number, power: number): number =>
    x <= most ? x ** -power : most ** -power * (x / most) ** (-power * (1 + breakBeyond));
  const middle = Math.log(Math.sqrt(PARAMS[0] * PARAMS[1] * TOKENS[0] * TOKENS[1]));
  const half = Math.log(Math.sqrt((PARAMS[1] * TOKENS[1]) / (PARAMS[0] * TOKENS[0])));
  const x = (Math.log(n * d) - middle) / half;
  return (E + A * beyond(n, PARAMS[1], alpha) + B * beyond(d, TOKENS[1], beta)) * Math.exp(-bend * x * x);
}

/** Study `index` of a seed: it has a stream of its own. */
export function drawStudy(design: Design, seed: number, index: number): Study {
  const random = new Random(seed, index);
  const truth = drawTruth(design.truths, random);
  const rows: { run: string; params: number; tokens: number; loss: number; lossError: number; variance: number }[] = [];
  const seeds = design.noise === 'two seeds' ? 2 : 1;
  let runs = 0;
  for (const params of levels(PARAMS, design.grid[0])) {
    for (const tokens of levels(TOKENS, design.grid[1])) {
      const exact = lossOf(truth, design, params, tokens);
      for (let seed = 0; seed < seeds; seed++) {
        runs += 1;
        for (const row of noisyRows(design.noise, exact, random)) rows.push({ run: `${runs}`, params, tokens, ...row });
      }
    }
  }
  const at = { params: PARAMS[1] * Math.sqrt(10), tokens: TOKENS[1] * Math.sqrt(10) };
  const law = Math.log(lossOf(truth, design, at.params, at.tokens));
  const { run, newRun } = trueVariances(design.noise);
  const measured = law + Math.sqrt(newRun) * (design.noise === 't3' ? t3(random) : random.normal());
  const names =
    design.noise === 'known errors' ? ['params', 'tokens', 'loss', 'lossError'] : ['params', 'tokens', 'loss'];
  const columns = Object.fromEntries(
    names.map((name) => [name, Float64Array.from(rows, (row) => row[name as 'loss'])]),
  );
  return {
    data: { rows: rows.length, columns, runs: rows.map(({ run }) => run), conventions: {}, exclusions: [] },
    truth,
    at,
    measured,
    law,
    evaluationError: design.noise === 'known errors' ? KNOWN_NEW * Math.exp(law) : undefined,
    variances: { run, rows: Float64Array.from(rows, ({ variance }) => variance), newRun },
  };
}

interface NoisyRow {
  readonly loss: number;
  readonly lossError: number;
  readonly variance: number;
}

function noisyRows(noise: NoiseKind, exact: number, random: Random): NoisyRow[] {
  if (noise === 'known errors') {
    const error = logBetween(random, ...KNOWN);
    const loss = exact * Math.exp(RUN_BESIDE_ERRORS * random.normal() + error * random.normal());
    return [{ loss, lossError: error * loss, variance: error ** 2 }];
  }
  if (noise === 'three evaluations') {
    const run = RUN * random.normal();
    return Array.from({ length: EVALUATIONS }, () => ({
      loss: exact * Math.exp(run + EVALUATION * random.normal()),
      lossError: 0,
      variance: EVALUATION ** 2,
    }));
  }
  const deviation = noise === 't3' ? t3(random) : random.normal();
  return [{ loss: exact * Math.exp(RUN * deviation), lossError: 0, variance: 0 }];
}

function trueVariances(noise: NoiseKind): { run: number; newRun: number } {
  if (noise === 'known errors') return { run: RUN_BESIDE_ERRORS ** 2, newRun: RUN_BESIDE_ERRORS ** 2 + KNOWN_NEW ** 2 };
  if (noise === 'three evaluations') return { run: RUN ** 2, newRun: RUN ** 2 + EVALUATION ** 2 };
  return { run: RUN ** 2, newRun: RUN ** 2 };
}
