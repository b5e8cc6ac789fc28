import { IsoflopError } from '../../terms/errors.ts';
import type { Objective } from '../../terms/fit.ts';
import type { Observations } from '../../terms/observation.ts';
import type { ProgressListener } from '../../terms/progress.ts';
import type { ForecastPart, Selection } from '../../terms/selection.ts';
import { candidateLaw, DEFAULT_CANDIDATES } from './candidates.ts';
import type { CandidateLaw } from './candidates.ts';
import { costTable } from './cost-table.ts';
import type { CostTable } from './cost-table.ts';
import { decide } from './decide.ts';
import { heldOutErrors, rootMeanSquare, shiftOf } from './held-out.ts';
import type { MemberFits } from './held-out.ts';
import { independentOrigins, rollingOrigins } from './origins.ts';
import type { Origin } from './origins.ts';
import { rollFits } from './rolling-fits.ts';
import type { RollingFit } from './rolling-fits.ts';
import { scoreCandidate } from './score.ts';
import type { Contender } from './score.ts';
import { ANCHORS, combine, weigh } from './weigh.ts';
import type { Weighting } from './weigh.ts';

export interface SelectOptions {
  /** What is compared beside the last value. Default: DEFAULT_CANDIDATES, laws of one variable. */
  readonly candidates?: readonly CandidateLaw[];
  /** The variable along which rows are held out. Default: flops where the table has it, else the laws' only variable. */
  readonly axis?: string;
  /** How many times the largest cost is to be forecast, above 1. Default 2. */
  readonly reach?: number;
  /** Default: least squares of the logarithm. */
  readonly objective?: Objective;
  readonly seed?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: ProgressListener;
}

export const DEFAULT_REACH = 2;
const DEFAULT_OBJECTIVE: Objective = { kind: 'least-squares', residual: 'log' };
/** A law takes part in the average if it could be tried at this share of the origins. */
const OFTEN_ENOUGH = 0.5;

/** A candidate law with its fits: at each origin, and last to all rows. */
interface Rolled {
  readonly candidate: CandidateLaw;
  readonly fits: readonly (RollingFit | undefined)[];
  readonly last: RollingFit;
}

/**
 * Compares laws by held-out extrapolation: each is fitted to the rows up to an origin of cost and forecasts the dearer ones, as far
 * ahead as is wanted, at several origins, beside the last value carried forward. Throws where the table cannot be used at all;
 * laws that it cannot carry are listed as skipped.
 */
export function selectLaw(data: Observations, options: SelectOptions = {}): Selection {
  const {
    candidates = DEFAULT_CANDIDATES.map((name) => candidateLaw(name)),
    reach = DEFAULT_REACH,
    objective = DEFAULT_OBJECTIVE,
  } = options;
  if (!(reach > 1))
    throw new IsoflopError(
      'invalid-input',
      `the reach is how many times dearer the forecast is: above 1, got ${reach}`,
    );
  const axis = options.axis ?? axisOf(data, candidates);
  const table = costTable(data, { axis, response: responseOf(candidates), residual: objective.residual });
  const origins = rollingOrigins(table, reach);
  const skipped: { name: string; reason: string }[] = [];
  const rolled = rollAll(table, candidates, origins, { ...options, objective }, skipped);
  const contenders = contendersOf(table, origins, rolled);
  const lastValue = contenders[0].errors;
  const scored = contenders.map((one) => scoreCandidate(table, origins, one, lastValue));
  const independent = independentOrigins(origins);
  const laws = [...new Set(rolled.map(({ candidate }) => candidate.law))];
  return {
    schema: 'isoflop.select/1',
    axis,
    response: table.response,
    objective,
    rows: table.data.rows,
    largestCost: table.data.columns[axis][table.data.rows - 1],
    reach,
    origins: origins.length,
    independent,
    candidates: scored.toSorted((a, b) => (a.error ?? Infinity) - (b.error ?? Infinity)),
    ...decide(scored, independent, laws, 10 * table.rounding),
    laws,
    skipped,
    conventions: data.conventions,
    exclusions: table.data.exclusions,
  };
}

function responseOf(candidates: readonly CandidateLaw[]): string {
  const responses = [...new Set(candidates.map(({ law }) => law.response))];
  if (responses.length === 1) return responses[0];
  throw new IsoflopError('invalid-input', `laws of ${responses.join(' and ')} cannot be compared`, {
    hint: 'Name laws of one response.',
  });
}

/** The variable that rows are held out along where none is named. */
export function axisOf(data: Observations, candidates: readonly CandidateLaw[]): string {
  if ('flops' in data.columns) return 'flops';
  const variables = [...new Set(candidates.flatMap(({ law }) => law.variables))];
  if (variables.length === 1) return variables[0];
  throw new IsoflopError(
    'missing',
    `there is no flops to hold rows out along, and the laws have ${variables.join(' and ')}`,
    {
      hint: 'Name the column of cost: --map flops=COLUMN, or --along params.',
    },
  );
}

function rollAll(
  table: CostTable,
  candidates: readonly CandidateLaw[],
  origins: readonly Origin[],
  { objective, seed = 1, signal, onProgress }: SelectOptions & { objective: Objective },
  skipped: { name: string; reason: string }[],
): Rolled[] {
  const rows = table.data.rows;
  return candidates.flatMap((candidate, index) => {
    signal?.throwIfAborted();
    onProgress?.({ stage: 'select', done: index, total: candidates.length, note: candidate.name });
    const { fits, fault = '' } = rollFits(table, candidate, [...origins, { seen: rows, end: rows }], {
      objective,
      seed,
    });
    const last = fits.at(-1);
    if (last) return [{ candidate, fits: fits.slice(0, -1), last }];
    skipped.push({ name: candidate.name, reason: fault });
    return [];
  });
}

/** Everything that is compared; the last value comes first. */
function contendersOf(table: CostTable, origins: readonly Origin[], rolled: readonly Rolled[]): Contender[] {
  const members = rolled.filter(({ fits }) => fits.filter(Boolean).length >= OFTEN_ENOUGH * origins.length);
  const fits: MemberFits[] = [undefined, ...members.map((one) => one.fits)];
  const weighting = weigh(table, origins, fits, () => true);
  const constant = (anchor: number): ForecastPart => partOf(table, undefined, anchor, 1);
  return [
    {
      name: 'last value',
      kind: 'last-value',
      errors: heldOutErrors(table, origins, undefined, 1),
      parts: [constant(1)],
    },
    ...localAverages(table, origins),
    ...rolled.flatMap((one) => lawContenders(table, origins, one, weighting.anchor)),
    {
      name: 'average',
      kind: 'average',
      errors: averageErrors(table, origins, fits),
      parts: weighting.members.map((index, place) =>
        partOf(table, members[index - 1], weighting.anchor, weighting.weights[place]),
      ),
    },
  ];
}

function localAverages(table: CostTable, origins: readonly Origin[]): Contender[] {
  const tried = ANCHORS.filter((anchor) => anchor > 1 && anchor <= (table.levels.length - 1) / 2).map((anchor) => ({
    anchor,
    errors: heldOutErrors(table, origins, undefined, anchor),
  }));
  if (tried.length === 0) return [];
  const best = tried.reduce((least, one) =>
    rootMeanSquare(origins, one.errors) < rootMeanSquare(origins, least.errors) ? one : least,
  );
  const parts = [partOf(table, undefined, best.anchor, 1)];
  return [{ name: `mean of the last ${best.anchor}`, kind: 'local-average', errors: best.errors, parts }];
}

function lawContenders(table: CostTable, origins: readonly Origin[], one: Rolled, anchor: number): Contender[] {
  const { name } = one.candidate;
  return [
    { name, kind: 'law', errors: heldOutErrors(table, origins, one.fits, 0), parts: [partOf(table, one, 0, 1)] },
    {
      name: `${name}, anchored`,
      kind: 'anchored-law',
      errors: heldOutErrors(table, origins, one.fits, anchor),
      parts: [partOf(table, one, anchor, 1)],
    },
  ];
}

/** Errors of the average where its weights come from origins that share no held-out row with the one that is forecast. */
function averageErrors(
  table: CostTable,
  origins: readonly Origin[],
  fits: readonly MemberFits[],
): (Float64Array | undefined)[] {
  return origins.map((origin, index) => {
    if (fits.some((one) => one && !one[index])) return undefined;
    const isApart = (other: number): boolean => origins[other].end <= origin.seen || origins[other].seen >= origin.end;
    const { members, weights, anchor }: Weighting = weigh(table, origins, fits, isApart);
    const errors = members.map((member) => {
      const one = fits[member];
      return heldOutErrors(table, [origin], one && [one[index]], anchor) as Float64Array[];
    });
    return combine(errors, weights)[0];
  });
}

function partOf(table: CostTable, one: Rolled | undefined, anchor: number, weight: number): ForecastPart {
  const shift = anchor === 0 ? 0 : shiftOf(table, table.data.rows, anchor, one?.last);
  if (!one) return { of: 'last value', law: null, parameters: {}, shift, weight };
  const { name, law } = one.candidate;
  const entries = law.parameters.map((parameter, index) => [parameter.name, one.last.parameters[index]] as const);
  const parameters = Object.fromEntries(entries);
  return { of: name, law: law.id, parameters, shift, weight };
}
