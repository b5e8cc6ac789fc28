import { fitLaw, lawById } from '../laws/index.ts';
import { bootstrapFits } from '../laws/uncertainty/bootstrap.ts';
import { fitCovariance } from '../laws/uncertainty/covariance.ts';
import type { FitCovariance } from '../laws/uncertainty/covariance.ts';
import { halfWidth } from '../laws/uncertainty/quantity.ts';
import { exp } from '../math/elementary.ts';
import { fTail } from '../math/f-distribution.ts';
import { percentileInterval } from '../math/percentiles.ts';
import { IsoflopError } from '../terms/errors.ts';
import type { Fit, Interval, Objective } from '../terms/fit.ts';
import type { Observations } from '../terms/observation.ts';
import { FRONTIERS } from './frontier.ts';
import { RECIPE, sharedLaw } from './recipe-law.ts';

/** So many times as much compute does the base need as the other recipe. */
export interface Multiplier {
  /** Infinite where the base never reaches the loss, 0 where the other does not. */
  readonly value: number;
  /** Delta method with Student's t; absent where a recipe never reaches the loss. */
  readonly delta?: Interval;
  /** Percentiles over resampled runs; absent under `FEWEST_RUNS` runs a parameter. */
  readonly bootstrap?: Interval;
}

/** Compute efficiency of a recipe against a base. */
export interface RecipeComparison {
  readonly law: string;
  readonly fits: { readonly base: Fit; readonly other: Fit; readonly shared: Fit };
  /** F test of one law with a constant multiplier against a law for each recipe. */
  readonly test: {
    readonly f: number;
    readonly degrees: readonly [number, number];
    readonly pValue: number;
    /** Whether the multiplier may be taken as the same at every scale (p at least .05, and the shared law determined). */
    readonly isConstant: boolean;
  };
  /** Of the shared law; null where the runs do not determine that. */
  readonly constant: Multiplier | null;
  /** Of the law of each recipe, at each loss. */
  readonly at: readonly {
    readonly loss: number;
    readonly flops: { readonly base: number; readonly other: number };
    readonly multiplier: Multiplier;
    /** Whether a recipe has no run on one side of the loss. */
    readonly isExtrapolated: boolean;
  }[];
}

export interface CompareOptions {
  /** `chinchilla` where params and tokens vary apart, else `power-law-offset` over the flops of runs on the frontier. */
  readonly law: 'chinchilla' | 'power-law-offset';
  /** Default: five from the highest to the lowest loss that both recipes have runs around. */
  readonly losses?: readonly number[];
  readonly draws?: number;
  readonly seed?: number;
}

const OBJECTIVE: Objective = { kind: 'least-squares', residual: 'log' };
const LEVEL = 0.95;
const SIGNIFICANT = 0.05;
const FEWEST_RUNS = 2;
const LOSSES = 5;

export function compareRecipes(base: Observations, other: Observations, options: CompareOptions): RecipeComparison {
  const { draws = 400, seed = 1 } = options;
  const law = lawById(options.law);
  const frontier = FRONTIERS[options.law];
  const shared = sharedLaw(options.law);
  const both = pooled(base, other, [...law.variables, law.response]);
  const fits = {
    base: fitLaw(law, base, { objective: OBJECTIVE }),
    other: fitLaw(law, other, { objective: OBJECTIVE }),
    shared: fitLaw(shared.law, both, { objective: OBJECTIVE }),
  };
  for (const fit of [fits.base, fits.other]) requireDetermined(fit);
  const resample = (fit: Fit, data: Observations, stream: number): Record<string, number>[] | undefined => {
    if (new Set(data.runs).size < FEWEST_RUNS * fit.law.parameters.length) return undefined;
    return bootstrapFits(fit, data, { draws, seed: seed + stream }).map((raw) => named(fit, raw));
  };
  const drawn = [resample(fits.base, base, 0), resample(fits.other, other, 1)];
  const covariances = [fitCovariance(fits.base, base), fitCovariance(fits.other, other)];
  const losses = options.losses ?? commonLosses(base, other);
  const at = losses.map((loss) => {
    const sides = [fits.base, fits.other].map((fit, side) => {
      const logFlops = frontier.logFlops(fit.parameters, loss);
      const half = Number.isFinite(logFlops)
        ? halfOf(covariances[side], fit, frontier.slopes(fit.parameters, loss))
        : undefined;
      return { logFlops, half, draws: drawn[side]?.map((parameters) => frontier.logFlops(parameters, loss)) };
    });
    const [one, two] = sides;
    return {
      loss,
      flops: { base: exp(one.logFlops), other: exp(two.logFlops) },
      multiplier: multiplierOf(one, two),
      isExtrapolated: [base, other].some(({ columns }) => !isInside(columns.loss, loss)),
    };
  });
  return {
    law: options.law,
    fits,
    test: testShared(fits, base, other),
    constant:
      unknownOf(fits.shared).length > 0
        ? null
        : constantMultiplier(fits.shared, both, shared.gains, resample(fits.shared, both, 2)),
    at,
  };
}

/** Both tables with a column that tells them apart. */
function pooled(base: Observations, other: Observations, names: readonly string[]): Observations {
  const rows = base.rows + other.rows;
  const columns = Object.fromEntries(
    names.map((name) => [name, Float64Array.from([...base.columns[name], ...other.columns[name]])]),
  );
  columns[RECIPE] = Float64Array.from({ length: rows }, (_, row) => (row < base.rows ? 0 : 1));
  const runs = [...base.runs.map((run) => `base ${run}`), ...other.runs.map((run) => `other ${run}`)];
  return { rows, columns, runs, conventions: base.conventions, exclusions: [] };
}

/** Parameters without which a fit says nothing of compute. */
const unknownOf = ({ diagnostics }: Fit): string[] =>
  [...diagnostics.boundsHit, ...diagnostics.undetermined].filter((name) => name !== 'E');

function requireDetermined(fit: Fit): void {
  const unknown = unknownOf(fit);
  if (unknown.length === 0) return;
  throw new IsoflopError('not-identifiable', `the fit of a recipe leaves ${unknown.join(', ')} undetermined`, {
    hint: 'Add runs over a wider range, or compare with the other --law.',
  });
}

const named = (fit: Fit, raw: readonly number[]): Record<string, number> =>
  Object.fromEntries(fit.law.parameters.map(({ name }, index) => [name, raw[index]]));

const halfOf = (covariance: FitCovariance, fit: Fit, slopes: Readonly<Record<string, number>>): number =>
  halfWidth(
    covariance,
    fit.law.parameters.map(({ name }) => slopes[name] ?? 0),
    LEVEL,
  );

interface Side {
  readonly logFlops: number;
  readonly half?: number | undefined;
  readonly draws?: readonly number[] | undefined;
}

/** Base over other; the half-widths of two independent fits add in squares. */
function multiplierOf(base: Side, other: Side): Multiplier {
  const never = !Number.isFinite(base.logFlops) && !Number.isFinite(other.logFlops);
  const value = never ? NaN : exp(base.logFlops - other.logFlops);
  const half = base.half === undefined || other.half === undefined ? undefined : Math.hypot(base.half, other.half);
  // A draw in which neither reaches the loss tells nothing.
  const ratios = base.draws
    ?.map((logFlops, draw) => logFlops - (other.draws?.[draw] ?? NaN))
    .filter((ratio) => !Number.isNaN(ratio));
  return {
    value,
    ...(half !== undefined && { delta: { level: LEVEL, low: value * exp(-half), high: value * exp(half) } }),
    ...(ratios && ratios.length > 0 && { bootstrap: percentileInterval(ratios.map(exp), LEVEL) }),
  };
}

function constantMultiplier(
  fit: Fit,
  data: Observations,
  gains: readonly string[],
  draws: readonly Readonly<Record<string, number>>[] | undefined,
): Multiplier {
  const sum = (parameters: Readonly<Record<string, number>>): number =>
    gains.reduce((total, name) => total + parameters[name], 0);
  const value = exp(sum(fit.parameters));
  const half = halfOf(fitCovariance(fit, data), fit, Object.fromEntries(gains.map((name) => [name, 1])));
  return {
    value,
    delta: { level: LEVEL, low: value * exp(-half), high: value * exp(half) },
    ...(draws && {
      bootstrap: percentileInterval(
        draws.map((parameters) => exp(sum(parameters))),
        LEVEL,
      ),
    }),
  };
}

/** Rows of one run share its noise and count as one. */
function testShared(
  { base, other, shared }: RecipeComparison['fits'],
  ...tables: readonly Observations[]
): RecipeComparison['test'] {
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  const runs = tables.reduce((sum, table) => sum + new Set(table.runs).size, 0);
  const apart = base.objective + other.objective;
  const parameters = base.law.parameters.length + other.law.parameters.length;
  const upper = parameters - shared.law.parameters.length;
  const lower = Math.max(1, runs - parameters);
  const f = ((shared.objective - apart) * (runs / rows)) / upper / ((apart * (runs / rows)) / lower);
  const pValue = fTail(f, upper, lower);
  return { f, degrees: [upper, lower], pValue, isConstant: pValue >= SIGNIFICANT && unknownOf(shared).length === 0 };
}

const extent = (values: Float64Array): [number, number] =>
  values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity]);

function isInside(losses: Float64Array, loss: number): boolean {
  const [low, high] = extent(losses);
  return loss >= low && loss <= high;
}

function commonLosses(base: Observations, other: Observations): number[] {
  const [one, two] = [extent(base.columns.loss), extent(other.columns.loss)];
  const [low, high] = [Math.max(one[0], two[0]), Math.min(one[1], two[1])];
  if (low >= high) {
    throw new IsoflopError('not-identifiable', 'no loss lies between runs of both recipes', {
      hint: 'Name a loss with --loss to compare by extrapolation, or add runs.',
    });
  }
  return Array.from({ length: LOSSES }, (_, index) => high - (index / (LOSSES - 1)) * (high - low));
}
