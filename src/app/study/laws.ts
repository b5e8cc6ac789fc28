import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { extendOptima, fitLaw, fitProfile, lawById, predictRun } from '../../core/laws/index.ts';
import type { Fit, Objective, PathPoint, Profile } from '../../core/laws/index.ts';
import { mean } from '../../core/math/means.ts';
import { allocate } from '../../core/plan/allocation.ts';
import type { Allocation, ChinchillaConstants } from '../../core/plan/allocation.ts';
import type { PlannedTrial } from '../../core/plan/ladder.ts';
import type { RunRow } from '../../core/report/document.ts';
import { IsoflopError } from '../../core/terms/errors.ts';
import type { HeroPrediction } from '../../core/terms/prediction.ts';
import { writeAtomically } from '../../io/files/atomic.ts';
import type { StudyContext } from './context.ts';
import { observationsOf } from './results.ts';

/** Ladder runs are few and clean: plain least squares of the log loss. */
const PATH_OBJECTIVE: Objective = { kind: 'least-squares', residual: 'log' };
const SURFACE_OBJECTIVE: Objective = { kind: 'huber', residual: 'log', delta: 1e-3 };
/** M4 has five parameters: it is tried from this many path runs on. */
const FEWEST_FOR_M4 = 8;
/** Above this correlation of log params and log tokens no surface over both can be told from a curve. */
const LARGEST_CORRELATION = 0.98;

export interface FrozenPrediction extends HeroPrediction {
  /** ISO 8601; before the hero started. */
  readonly madeAt: string;
  /** SHA-256 of the table, the laws and the prediction. */
  readonly fitHash: string;
}

export interface LadderLaws {
  readonly fits: readonly Fit[];
  readonly surface: Fit | null;
  readonly profiles: readonly Profile[];
  readonly allocation: (Allocation & { source: string }) | null;
}

/** The runs that stand for the compute frontier: the path, or else the best run at each cost. */
export function frontierRows(rows: readonly RunRow[]): RunRow[] {
  const good = rows.filter(({ excluded, loss }) => excluded === null && loss !== null);
  const path = good.filter(({ role }) => role === 'path');
  if (path.length > 0) return path;
  const sorted = good.toSorted((a, b) => a.flops - b.flops || a.loss! - b.loss!);
  const best: RunRow[] = [];
  for (const row of sorted) if (best.length === 0 || row.loss! < best.at(-1)!.loss!) best.push(row);
  return best;
}

const tryFit = (fit: () => Fit): Fit | undefined => {
  try {
    return fit();
  } catch (error) {
    if (error instanceof IsoflopError && error.code === 'not-identifiable') return undefined;
    throw error;
  }
};

function logCorrelation(rows: readonly RunRow[]): number {
  const [x, y] = [rows.map(({ params }) => Math.log(params)), rows.map(({ tokens }) => Math.log(tokens))];
  const [mx, my] = [mean(x), mean(y)];
  const sum = (of: (i: number) => number): number => x.reduce((total, _, i) => total + of(i), 0);
  const covariance = sum((i) => (x[i] - mx) * (y[i] - my));
  return covariance / Math.sqrt(sum((i) => (x[i] - mx) ** 2) * sum((i) => (y[i] - my) ** 2));
}

/** Fits every law that the ladder can carry. `flops` is the budget to allocate. */
export function fitLadder(rows: readonly RunRow[], flops: number): LadderLaws {
  const frontier = observationsOf(frontierRows(rows));
  const ids = ['power-law-offset', 'power-law', ...(frontier.rows >= FEWEST_FOR_M4 ? ['m4'] : [])];
  const fits = ids.flatMap((id) => tryFit(() => fitLaw(lawById(id), frontier, { objective: PATH_OBJECTIVE })) ?? []);
  const good = rows.filter(({ excluded }) => excluded === null);
  const isSurface = good.length > 5 && Math.abs(logCorrelation(good)) < LARGEST_CORRELATION;
  const surface = isSurface
    ? (tryFit(() => fitLaw(lawById('chinchilla'), observationsOf(good), { objective: SURFACE_OBJECTIVE })) ?? null)
    : null;
  const profiles = [
    ...Map.groupBy(
      good.filter(({ role }) => role === 'isoflop'),
      profileOf,
    ),
  ]
    .map(([budget, same]) =>
      fitProfile(
        budget,
        same.map(({ params, tokens, loss }) => ({ params, tokens, loss: loss! })),
      ),
    )
    .sort((a, b) => a.flops - b.flops);
  return { fits, surface, profiles, allocation: allocationOf(surface, profiles, flops) };
}

/** Runs of one profile have equal budgets up to whole steps; their ids carry the budget as it was asked for. */
const profileOf = ({ id }: RunRow): number => Number(/-c([\d.e-]+)-s\d+$/.exec(id)?.[1].replace(/e(\d)/, 'e+$1'));

function allocationOf(
  surface: Fit | null,
  profiles: readonly Profile[],
  flops: number,
): (Allocation & { source: string }) | null {
  if (surface && surface.status.end === 'converged') {
    return {
      ...allocate(surface.parameters as unknown as ChinchillaConstants, flops),
      source: 'the Chinchilla surface of the ladder',
    };
  }
  const line = extendOptima(profiles, flops);
  if (line) {
    const { params, tokens, budgets } = line;
    return {
      flops,
      params,
      tokens,
      loss: Number.NaN,
      source: `the line through the minima of ${budgets} IsoFLOP profiles`,
    };
  }
  const best = profiles.findLast(({ minimum }) => minimum !== undefined);
  if (!best?.minimum) return null;
  // One optimum fixes the ratio of tokens to parameters; equal growth of both is Hoffmann et al. 2022, table 2.
  const growth = Math.sqrt(flops / best.flops);
  return {
    flops,
    params: best.minimum.params * growth,
    tokens: best.minimum.tokens * growth,
    loss: Number.NaN,
    source: `the IsoFLOP minimum at ${best.flops.toExponential(1)} FLOPs, parameters and tokens growing alike`,
  };
}

/** Predicts the hero from the ladder, writes the prediction down with its hash, and never changes it afterwards. */
export function freezePrediction(context: StudyContext, rows: readonly RunRow[], hero: PlannedTrial): FrozenPrediction {
  const path = join(context.folder, 'prediction.json');
  const known = context.store.document<FrozenPrediction>('prediction') ?? readPrediction(path);
  if (known) {
    context.store.putDocument('prediction', known);
    return known;
  }
  const frontier = frontierRows(rows);
  const points = frontier.map(({ flops, loss }): PathPoint => ({ flops, loss: loss! }));
  const repeats = hero.tokens / context.dataset.manifest.trainTokens;
  const prediction = predictRun(points, { params: hero.params, tokens: hero.tokens, flops: hero.flops, repeats });
  const table = frontier.map(({ id, params, tokens, flops, loss }) => ({ id, params, tokens, flops, loss }));
  const fitHash = createHash('sha256').update(JSON.stringify({ table, prediction })).digest('hex');
  const frozen = { ...prediction, madeAt: new Date().toISOString(), fitHash };
  context.store.putDocument('prediction', frozen);
  writeAtomically(path, `${JSON.stringify(frozen, null, 2)}\n`);
  return frozen;
}

/** The prediction as it was written down, also where the store was lost and is being rebuilt. */
function readPrediction(path: string): FrozenPrediction | undefined {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as FrozenPrediction) : undefined;
}
