import { judge, paretoFront } from '../../../core/plan/judge.ts';
import type { Judgement } from '../../../core/plan/judge.ts';
import type { Comparison } from '../../../core/schema/comparison.ts';
import type { ComparisonResult } from '../../../core/schema/comparison-result.ts';
import type { Store } from '../../../io/store/store.ts';
import type { Dataset } from '../../worker/dataset.ts';
import type { PlannedRun } from '../training/plan.ts';
import { meanOf } from '../training/result.ts';
import type { TunedCandidate } from './tune.ts';

type Row = ComparisonResult['candidates'][number];
type Measure = ComparisonResult['judgedBy'];

/** Below this the difference to the best counts as real. */
const SIGNIFICANCE = 0.05;

/** What the stored runs of a comparison came to; `runs` by candidate. */
export function comparisonResult(
  comparison: Comparison,
  dataset: Dataset,
  candidates: readonly TunedCandidate[],
  runs: ReadonlyMap<string, readonly PlannedRun[]>,
  store: Store,
): ComparisonResult {
  const judgedBy = measureOf(dataset);
  const rows = candidates.map((one) => rowOf(one, runs.get(one.name)!, comparison, dataset, judgedBy, store));
  const judged = judge(
    rows
      .filter(({ scores }) => scores.length > 0)
      .map(({ name, scores }) => ({ name, scores: judgedBy === 'accuracy' ? scores.map((score) => -score) : scores })),
  );
  const front = paretoFront(frontPoints(rows, judged));
  const ordered = [
    ...judged.map(({ name }) => name),
    ...rows.filter(({ scores }) => scores.length === 0).map(({ name }) => name),
  ];
  const finished = ordered.map((name) => {
    const row = rows.find((one) => one.name === name)!;
    const judgement = judged.find((one) => one.name === name);
    return { ...row, p: numberOrNull(judgement?.p), onFront: front.includes(name) };
  });
  return {
    schema: 'isoflop.comparison-result/1',
    name: comparison.name,
    madeAt: new Date().toISOString(),
    equal: comparison.equal,
    judgedBy,
    candidates: finished,
    best: judged[0]?.name ?? null,
    chosen: finished.find(({ allowed, mean }) => allowed && mean !== null)?.name ?? null,
    verdict: verdictOf(judged, judgedBy),
  };
}

const measureOf = ({ task }: Dataset): Measure =>
  task === 'classification' ? 'accuracy' : task === 'regression' ? 'rmse' : 'loss';

const numberOrNull = (value: number | undefined): number | null =>
  value === undefined || Number.isNaN(value) ? null : value;

function rowOf(
  one: TunedCandidate,
  runs: readonly PlannedRun[],
  { recipe, constraints }: Comparison,
  { counts, task }: Dataset,
  judgedBy: Measure,
  store: Store,
): Row {
  const records = new Map(store.trials().map((record) => [record.id, record]));
  const isDone = ({ id }: PlannedRun): boolean => records.get(id)?.state === 'done';
  const finals = runs.filter(isDone).map(({ id }) => store.finals().get(id)!);
  const scores = finals.map((final) => (judgedBy === 'loss' ? final.loss : final.metrics[judgedBy]));
  const { params, forwardFlops } = one.cost;
  const perStep = task === 'language' ? recipe.batchTokens : recipe.batch;
  const summary = meanOf(scores);
  return {
    name: one.name,
    params,
    forwardFlops,
    trainingFlops: runs[0].flops,
    epochs: (one.steps * perStep) / counts.train,
    factors: { ...one.factors },
    learningRate: one.learningRate,
    tried: one.tried.map((point) => ({ ...point })),
    scores,
    mean: summary?.mean ?? null,
    error: summary?.error ?? null,
    loss: meanOf(finals.map(({ loss }) => loss))?.mean ?? null,
    seconds: meanOf(finals.map(({ metrics }) => metrics.seconds))?.mean ?? null,
    peakBytes: finals.length > 0 ? Math.max(...finals.map(({ metrics }) => metrics.peakBytes)) : null,
    p: null,
    onFront: false,
    allowed: params <= (constraints.params ?? Infinity) && forwardFlops <= (constraints.forwardFlops ?? Infinity),
    failures: runs.filter((run) => !isDone(run)).map(({ id }) => `${id}: ${records.get(id)?.reason ?? 'not run'}`),
  };
}

const frontPoints = (rows: readonly Row[], judged: readonly Judgement[]): { name: string; numbers: number[] }[] =>
  judged.map(({ name, mean }) => {
    const { params, forwardFlops } = rows.find((row) => row.name === name)!;
    return { name, numbers: [mean, params, forwardFlops] };
  });

/** Which candidate paid, in one sentence; or that the differences are within what seeds alone make. */
function verdictOf(judged: readonly Judgement[], judgedBy: Measure): string {
  if (judged.length < 2) return 'Fewer than two candidates have a result: nothing can be compared.';
  const [best, second] = judged;
  if (judged.some(({ error }) => Number.isNaN(error)))
    return `${best.name} comes first, but with one seed a difference cannot be told from luck: give seeds: 3 or more.`;
  const told = (name: string): string =>
    `${name} is behind by ${gap(judged.find((one) => one.name === name)!.behind, judgedBy)}`;
  const equals = judged.slice(1).filter(({ p }) => p >= SIGNIFICANCE);
  if (second.behind === 0)
    return `${best.name} and ${second.name} have the same mean ${judgedBy}: none of the two is better.`;
  if (equals.length === 0)
    return `${best.name} pays: every other candidate is significantly worse (p < ${SIGNIFICANCE} each, Welch's test after Holm); ${told(second.name)}.`;
  const names = equals.map(({ name }) => name).join(', ');
  if (equals.length === judged.length - 1)
    return `No candidate is significantly better: ${best.name} comes first, but ${told(second.name)}, and that may be luck (p = ${second.p.toFixed(2)}).`;
  return `${best.name} comes first, not significantly ahead of ${names} (p >= ${SIGNIFICANCE}); the others are significantly worse.`;
}

const gap = (behind: number, judgedBy: Measure): string =>
  judgedBy === 'accuracy'
    ? `${(100 * behind).toFixed(2)} points of accuracy`
    : `${Number(behind.toPrecision(3))} in ${judgedBy}`;
