import { planHero, planLadder, planTuning } from '../../core/plan/ladder.ts';
import type { LadderInputs, PlannedTrial } from '../../core/plan/ladder.ts';
import { makespan } from '../../core/plan/makespan.ts';
import { batchesOf, nextTuning } from '../../core/plan/tuning.ts';
import type { Study } from '../../core/schema/study.ts';
import { IsoflopError } from '../../core/terms/errors.ts';
import type { Dataset } from './dataset.ts';
import { calibrate } from './calibrate.ts';

/** What a study will train and what that costs, before anything starts. */
export interface StudyPlan {
  readonly study: Study;
  readonly dataset: Dataset;
  readonly tuning: readonly PlannedTrial[];
  readonly ladder: readonly PlannedTrial[];
  readonly hero: PlannedTrial | undefined;
  readonly workers: number;
  /** Exact training FLOPs of everything. */
  readonly flops: number;
  /** Expected wall seconds of one trial, and of all with the workers sharing them. */
  readonly secondsOf: (trial: PlannedTrial) => number;
  readonly seconds: number;
}

/** Times that a trial sees each training token. */
export const repeatsOf = (dataset: Dataset, trial: PlannedTrial): number => trial.tokens / dataset.manifest.trainTokens;

/** Plans a study and measures this machine for a few seconds to say how long it will take. */
export async function planStudy(study: Study, dataset: Dataset, workers: number): Promise<StudyPlan> {
  const inputs: LadderInputs = { study, vocabulary: dataset.manifest.vocabulary, recipe: study.recipe };
  checkBatches(study);
  const ladder = planLadder(inputs);
  const hero = planHero(inputs, ladder);
  const tuning = nextTuning(study, []).map((point) => planTuning(inputs, point.learningRate, point.batchTokens));
  const all = [...tuning, ...ladder, ...(hero ? [hero] : [])];
  const flops = all.reduce((sum, trial) => sum + trial.flops, 0);
  checkFlops(study, flops);
  const secondsOf = await calibrate(all, study.run.threads, study.evaluation.windows);
  const phases = [tuning, ladder, hero ? [hero] : []];
  const seconds = phases.reduce(
    (sum, phase) => sum + (phase.length > 0 ? makespan(phase.map(secondsOf), workers) : 0),
    0,
  );
  checkMinutes(study, seconds / 60);
  return { study, dataset, tuning, ladder, hero, workers, flops, secondsOf, seconds };
}

function checkBatches(study: Study): void {
  const { model, recipe } = study;
  const odd = [recipe.batchTokens, ...batchesOf(study)].find((batch) => batch % model.context !== 0);
  if (odd === undefined) return;
  const nearest = Math.max(1, Math.round(odd / model.context)) * model.context;
  throw new IsoflopError(
    'invalid-input',
    `a batch of ${odd} tokens is not a whole number of windows of ${model.context}`,
    {
      path: 'recipe.batchTokens',
      hint: `Take ${nearest} tokens.`,
    },
  );
}

function checkFlops({ budget }: Study, flops: number): void {
  if (budget.flops === undefined || flops <= budget.flops) return;
  throw new IsoflopError(
    'invalid-input',
    `the plan costs ${flops.toExponential(2)} FLOPs; the budget is ${budget.flops.toExponential(2)}`,
    {
      path: 'budget.flops',
      hint: 'Take away sizes, lower hero.flops, or raise the budget.',
    },
  );
}

function checkMinutes({ budget }: Study, minutes: number): void {
  if (budget.minutes === undefined || minutes <= budget.minutes) return;
  throw new IsoflopError(
    'invalid-input',
    `the plan takes about ${minutes.toFixed(1)} minutes here; the budget is ${budget.minutes}`,
    {
      path: 'budget.minutes',
      hint: 'Take away sizes, lower hero.flops, or raise the budget.',
    },
  );
}
