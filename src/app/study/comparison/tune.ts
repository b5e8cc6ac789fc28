import type { Comparison } from '../../../core/schema/comparison.ts';
import { IsoflopError } from '../../../core/terms/errors.ts';
import type { ExecutionContext } from '../context.ts';
import { executeTrials } from '../execute.ts';
import type { Dataset } from '../../worker/dataset.ts';
import { plannedRun } from '../training/plan.ts';
import type { PlannedRun } from '../training/plan.ts';
import type { ReadyCandidate } from './candidates.ts';

/** Times that a grid grows beyond an end that was the best. */
const MOST_GROWTHS = 3;

/** What was tried with one candidate. */
export interface TunedCandidate extends ReadyCandidate {
  readonly learningRate: number;
  /** Validation losses by learning rate, ascending; a run that failed has none. */
  readonly tried: readonly { readonly learningRate: number; readonly loss: number | null }[];
}

/** Finds each candidate's own learning rate by the loss of the validation part, all candidates by the same grid. */
export async function tuneCandidates(
  context: ExecutionContext<PlannedRun>,
  comparison: Comparison,
  candidates: readonly ReadyCandidate[],
  dataset: Dataset,
): Promise<TunedCandidate[]> {
  const { recipe, tune } = comparison;
  if (tune === false) return candidates.map((one) => ({ ...one, learningRate: recipe.learningRate, tried: [] }));
  checkValidation(dataset);
  const grids = candidates.map(() =>
    tune.learningRate.map((times) => times * recipe.learningRate).sort((a, b) => a - b),
  );
  for (let growth = 0; growth <= MOST_GROWTHS; growth++) {
    const runs = candidates.flatMap((one, index) =>
      grids[index].map((rate) => tuningRun(comparison, one, dataset, rate)),
    );
    await executeTrials(context, runs);
    const grown = candidates.map((one, index) => grownGrid(grids[index], (rate) => lossOf(context, one, rate)));
    if (growth === MOST_GROWTHS || grown.every((grid, index) => grid.length === grids[index].length)) break;
    for (const [index, grid] of grown.entries()) grids[index] = grid;
  }
  return candidates.map((one, index) => {
    const tried = grids[index].map((learningRate) => ({ learningRate, loss: lossOf(context, one, learningRate) }));
    const best = tried.reduce((a, b) => ((b.loss ?? Infinity) < (a.loss ?? Infinity) ? b : a));
    return { ...one, learningRate: best.learningRate, tried };
  });
}

const tuningId = ({ name }: ReadyCandidate, rate: number): string => `tune-${name}-${rate.toPrecision(3)}`;

function tuningRun(comparison: Comparison, one: ReadyCandidate, dataset: Dataset, learningRate: number): PlannedRun {
  return plannedRun(comparison, one.trained, dataset, {
    id: tuningId(one, learningRate),
    role: 'tune',
    // A seed of its own: the runs that are judged must not share their luck with the choice.
    seed: comparison.seed + comparison.seeds,
    steps: one.steps,
    recipe: { ...comparison.recipe, learningRate },
    part: 'validation',
  });
}

/** The grid with one more rate where its best stands at an end. */
function grownGrid(grid: readonly number[], lossAt: (rate: number) => number | null): number[] {
  const losses = grid.map((rate) => lossAt(rate) ?? Infinity);
  const best = losses.indexOf(Math.min(...losses));
  if (best === 0) return [grid[0] ** 2 / grid[1], ...grid];
  if (best === grid.length - 1) return [...grid, grid.at(-1)! ** 2 / grid.at(-2)!];
  return [...grid];
}

function lossOf({ store }: ExecutionContext<PlannedRun>, one: ReadyCandidate, rate: number): number | null {
  const id = tuningId(one, rate);
  const isDone = store.trials().some((trial) => trial.id === id && trial.state === 'done');
  return isDone ? (store.finals().get(id)?.loss ?? null) : null;
}

function checkValidation({ counts }: Dataset): void {
  if (counts.validation > 0) return;
  throw new IsoflopError('invalid-input', 'tuning needs a validation part: the held-out part must stay unseen', {
    path: 'data.validation',
    hint: 'Say validation: 0.1 under data, or tune: false.',
  });
}
