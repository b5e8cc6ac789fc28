import { IsoflopError } from '../../terms/errors.ts';
import type { Fit, Objective } from '../../terms/fit.ts';
import { selectRows } from '../../observations/select-rows.ts';
import type { Observations } from '../../terms/observation.ts';
import { lawById } from '../catalogue/index.ts';
import { fitLaw } from '../fit/fit-law.ts';
import { budgetsOf } from './budgets.ts';
import type { Budget } from './budgets.ts';
import type { Approach } from './approach.ts';
import { disagreementOf } from './disagreement.ts';
import type { Disagreement } from './disagreement.ts';
import { EnvelopeProblem } from './envelope.ts';
import type { Envelope } from './envelope.ts';
import { extendOptima } from './optimum-line.ts';
import { parabolaBias, profilesOf } from './parabola-bias.ts';
import type { ParabolaBias } from './parabola-bias.ts';
import type { Profile } from './parabola.ts';
import { estimateFromSurface } from './surface-estimate.ts';
import { costLawOf } from './surface-optimum.ts';
import type { ChinchillaConstants, CostLaw } from './surface-optimum.ts';

/** The best split of compute by four approaches, side by side. Document `isoflop.optima/1`. */
export interface Optima {
  readonly schema: 'isoflop.optima/1';
  readonly flops: number;
  /** `flops` over the dearest run. */
  readonly reach: number;
  readonly cost: CostLaw;
  readonly profiles: readonly Profile[];
  readonly envelope: Envelope;
  readonly surfaces: { readonly surface?: Fit; readonly projection?: Fit };
  readonly approaches: readonly Approach[];
  readonly disagreement: Disagreement;
  /** Of approach 2 on this grid, were the fitted surface true; null where it cannot be simulated. */
  readonly parabolaBias: ParabolaBias | null;
}

export interface OptimaOptions {
  /** Largest difference of flops (or of the column `budget`) within a budget, as a share. Default 0.1. */
  readonly tolerance?: number;
  /**
   * Rows of a run that parabolas and surfaces see: the `last` one, since earlier ones have not finished their learning-rate schedule,
   * or `all`. Default `last`. The envelope always takes all.
   */
  readonly checkpoints?: 'last' | 'all';
  readonly seed?: number;
}

export const OBJECTIVES: Readonly<Record<'surface' | 'projection', Objective>> = {
  surface: { kind: 'huber', residual: 'log', delta: 1e-3 },
  projection: { kind: 'least-squares', residual: 'linear' },
};

/** Compares the approaches on a table with `params`, `tokens`, `flops` and `loss`, at a budget of `flops`. */
export function compareApproaches(data: Observations, flops: number, options: OptimaOptions = {}): Optima {
  requirePositive(data);
  const finals = options.checkpoints === 'all' ? data : lastRows(data);
  const budgets = budgetsOf(finals, options.tolerance);
  const cost = costLawOf(finals);
  const profiles = profilesOf(finals, budgets);
  const problem = new EnvelopeProblem(data, budgets);
  const envelope = problem.envelope();
  const surface = bySurface('surface', 'Approach 3: surface, Huber of the log loss', finals, flops, cost);
  const projection = bySurface('projection', 'Variable projection: surface, least squares', finals, flops, cost);
  const approaches = [
    byEnvelope(problem, envelope, flops, options.seed),
    byParabolas(profiles, flops),
    surface.approach,
    projection.approach,
  ];
  return {
    schema: 'isoflop.optima/1',
    flops,
    reach: flops / data.columns.flops.reduce((most, value) => Math.max(most, value), 0),
    cost,
    profiles,
    envelope,
    surfaces: { ...(surface.fit && { surface: surface.fit }), ...(projection.fit && { projection: projection.fit }) },
    approaches,
    disagreement: disagreementOf(approaches, flops),
    parabolaBias: biasOf(
      finals,
      budgets,
      profiles,
      surface.approach.answer ? surface.fit : projection.fit,
      flops,
      cost,
    ),
  };
}

/** Of each run the row of most compute. */
function lastRows(data: Observations): Observations {
  const { flops } = data.columns;
  const rowsOfRun = Map.groupBy(data.runs.keys(), (row) => data.runs[row]).values();
  const last = [...rowsOfRun].map((rows) => rows.reduce((most, row) => (flops[row] >= flops[most] ? row : most)));
  return last.length === data.rows ? data : selectRows(data, last);
}

function requirePositive({ columns, runs }: Observations): void {
  for (const name of ['params', 'tokens', 'flops', 'loss']) {
    const column = columns[name];
    if (!column) throw new IsoflopError('missing', `the optima need '${name}'`, { hint: `Name it with --map.` });
    const bad = column.findIndex((value) => !(value > 0 && Number.isFinite(value)));
    if (bad < 0) continue;
    throw new IsoflopError('invalid-input', `column '${name}' holds ${column[bad]} in row ${bad + 1} (${runs[bad]})`, {
      hint: 'Its logarithm is taken: it needs finite numbers above 0; leave the row out with --where.',
    });
  }
}

function byEnvelope(problem: EnvelopeProblem, envelope: Envelope, flops: number, seed?: number): Approach {
  const answer = problem.line(flops, seed);
  const of = envelope.of === 'curves' ? 'training curves' : 'the best runs';
  const about = { id: 'envelope', title: `Approach 1: envelope of ${of}`, intervals: 'resampled runs' } as const;
  if (answer) return { ...about, answer };
  const edges = envelope.atEdge > 0 ? `; at ${envelope.atEdge} the winner is the smallest or the largest size` : '';
  const { optima } = envelope;
  const sizes = new Set(optima.map(({ params }) => params)).size;
  return { ...about, refusal: `needs three best sizes inside their grids, got ${sizes}${edges}` };
}

function byParabolas(profiles: readonly Profile[], flops: number): Approach {
  const about = { id: 'parabola', title: 'Approach 2: IsoFLOP parabolas', intervals: "Student's t" } as const;
  const line = extendOptima(profiles, flops);
  if (!line) {
    const count = profiles.filter(({ minimum }) => minimum).length;
    return { ...about, refusal: `needs three budgets with a minimum, got ${count} of ${profiles.length}` };
  }
  const { params, interval, exponent, exponentInterval, tokensLine } = line;
  return {
    ...about,
    answer: {
      exponents: {
        params: { value: exponent, interval: exponentInterval },
        tokens: { value: tokensLine.exponent, interval: tokensLine.exponentInterval },
      },
      params: { value: params, interval },
      tokens: { value: tokensLine.value, interval: tokensLine.interval },
    },
  };
}

function bySurface(
  id: 'surface' | 'projection',
  title: string,
  data: Observations,
  flops: number,
  cost: CostLaw,
): { approach: Approach; fit?: Fit } {
  const about = { id, title, intervals: 'delta' } as const;
  let fit: Fit | undefined;
  try {
    fit = fitLaw(lawById('chinchilla'), data, { objective: OBJECTIVES[id] });
    const { exponents, params, tokens } = estimateFromSurface(fit, data, flops, cost);
    return { approach: { ...about, answer: { exponents, params, tokens } }, fit };
  } catch (error) {
    if (!(error instanceof IsoflopError) || error.code !== 'not-identifiable') throw error;
    return { approach: { ...about, refusal: error.message }, ...(fit && { fit }) };
  }
}

/** Simulated on the budgets whose parabolas were used. */
function biasOf(
  data: Observations,
  budgets: readonly Budget[],
  profiles: readonly Profile[],
  fit: Fit | undefined,
  flops: number,
  cost: CostLaw,
): ParabolaBias | null {
  if (!fit) return null;
  const used = budgets.filter((_, index) => profiles[index].minimum);
  return parabolaBias(data, used, fit.parameters as unknown as ChinchillaConstants, flops, cost) ?? null;
}
