import { planTuning } from '../../core/plan/ladder.ts';
import type { LadderInputs, PlannedTrial } from '../../core/plan/ladder.ts';
import { nextTuning, tunedRecipe } from '../../core/plan/tuning.ts';
import type { TuningResult } from '../../core/plan/tuning.ts';
import type { Recipe } from '../../core/schema/recipe.ts';
import type { StudyContext } from './context.ts';
import { executeTrials } from './execute.ts';

export interface Tuned {
  readonly recipe: Recipe;
  readonly trials: readonly PlannedTrial[];
}

/** Tunes learning rate and batch on the smallest size, a few cheap trials at a time, until nothing is left to try. */
export async function tune(context: StudyContext): Promise<Tuned> {
  const { study, dataset, store } = context;
  const inputs: LadderInputs = { study, vocabulary: dataset.manifest.vocabulary, recipe: study.recipe };
  const trials: PlannedTrial[] = [];
  const results: TuningResult[] = [];
  for (let points = nextTuning(study, results); points.length > 0; points = nextTuning(study, results)) {
    const round = points.map(({ learningRate, batchTokens }) => planTuning(inputs, learningRate, batchTokens));
    await executeTrials(context, round);
    trials.push(...round);
    const states = new Map(store.trials().map(({ id, state }) => [id, state]));
    const finals = store.finals();
    for (const [index, trial] of round.entries()) {
      const isDone = states.get(trial.id) === 'done';
      results.push({ ...points[index], loss: isDone ? (finals.get(trial.id)?.loss ?? Infinity) : Infinity });
    }
  }
  if (results.length > 0 && results.every(({ loss }) => !Number.isFinite(loss))) {
    context.observer.say(
      'No learning rate that was tried taught the smallest model anything; going on with the recipe as it stands.',
    );
  }
  return { recipe: tunedRecipe(study, results), trials };
}
