import { join } from 'node:path';
import { availableParallelism } from 'node:os';
import { planHero, planLadder } from '../../core/plan/ladder.ts';
import type { LadderInputs, PlannedTrial } from '../../core/plan/ladder.ts';
import type { RunRow, StudyReport } from '../../core/report/document.ts';
import type { Study } from '../../core/schema/study.ts';
import { IsoflopError } from '../../core/terms/errors.ts';
import { localExecutor } from '../../io/launch/local.ts';
import { acquireStudyLock } from '../../io/store/lock.ts';
import { Store } from '../../io/store/store.ts';
import type { StudyContext, StudyObserver, TrialTask } from './context.ts';
import { prepareText } from './dataset.ts';
import type { Dataset } from './dataset.ts';
import { executeTrials } from './execute.ts';
import type { StudyFile } from './file.ts';
import { fitLadder, freezePrediction } from './laws.ts';
import type { FrozenPrediction } from './laws.ts';
import { methodsCard } from './methods.ts';
import { planStudy } from './plan.ts';
import { runRows } from './results.ts';
import { tune } from './tune.ts';
import { writeReport } from './write-report.ts';

export interface RunOptions {
  readonly observer: StudyObserver;
  readonly signal: AbortSignal;
  /** Stop after the plan was shown. */
  readonly dryRun?: boolean;
}

/** Fewest held-out windows: with fewer the loss has no meaningful error. */
const LEAST_HELD_OUT_WINDOWS = 16;

/** Runs a study from its file, or goes on with it: plan, tuning, ladder, law, prediction, hero, report. */
export async function runStudy(file: StudyFile, options: RunOptions): Promise<StudyReport | undefined> {
  const { study, output } = file;
  const lock = options.dryRun ? undefined : acquireStudyLock(output);
  try {
    const dataset = prepareData(file, options);
    const workers = study.run.workers ?? availableParallelism();
    options.observer.progress({ stage: 'plan', done: 0, note: 'timing a few steps' });
    const plan = await planStudy(study, dataset, workers);
    options.observer.plan(plan);
    if (options.dryRun) return undefined;
    const store = Store.open(output);
    try {
      const { observer, signal } = options;
      return await drive({
        study,
        folder: output,
        dataset,
        store,
        executor: localExecutor(),
        workers,
        signal,
        observer,
        taskOf: (trial, every) => taskOf(study, dataset, trial, every),
        knowingNothing: `token frequencies alone give ${dataset.manifest.unigramLoss.toFixed(3)}`,
      });
    } finally {
      store.close();
    }
  } finally {
    lock?.release();
  }
}

function prepareData({ study, base, output }: StudyFile, { observer, signal }: RunOptions): Dataset {
  const { context } = study.model;
  return prepareText({
    paths: [study.data.paths].flat(),
    base,
    vocabulary: study.data.vocabulary,
    validation: study.data.validation,
    seed: study.seed,
    cache: join(output, 'data'),
    least: { train: study.recipe.batchTokens + 2 * context, validation: LEAST_HELD_OUT_WINDOWS * context + 1 },
    signal,
    onProgress: (progress) => observer.progress(progress),
  });
}

function taskOf(study: Study, dataset: Dataset, trial: PlannedTrial, every: number): TrialTask {
  const { model, recipe, seed, steps, tokens } = trial;
  return {
    study: study.name,
    model,
    data: { kind: 'text', cache: dataset.folder },
    budget: { steps, tokens },
    recipe,
    seed,
    evaluation: { windows: study.evaluation.windows, every, part: 'heldOut', heldOutEvery: 0, seen: false },
    keepWeights: false,
    threads: study.run.threads,
    checkpointSeconds: study.run.checkpointSeconds,
  };
}

async function drive(context: StudyContext): Promise<StudyReport> {
  const { study, dataset, store, observer } = context;
  checkSameStudy(context);
  const tuned = await tune(context);
  const { learningRate, batchTokens } = tuned.recipe;
  if (study.tune !== false) {
    observer.say(`Tuned on the smallest size: learning rate ${learningRate}, ${batchTokens} tokens a step.`);
  }
  const inputs: LadderInputs = { study, vocabulary: dataset.manifest.vocabulary, recipe: tuned.recipe };
  const ladder = planLadder(inputs);
  await executeTrials(context, ladder);
  const hero = planHero(inputs, ladder);
  const rows = (trials: readonly PlannedTrial[]): RunRow[] => runRows(store, trials, dataset.manifest.trainTokens);
  const ladderRows = rows(ladder);
  const laws = fitLadder(ladderRows, hero?.flops ?? Math.max(...ladder.map(({ flops }) => flops)));
  const { prediction, refusal } = predict(context, ladderRows, hero);
  if (hero && prediction) {
    sayPrediction(observer, prediction);
    await executeTrials(context, [hero]);
  }
  return conclude(context, {
    schema: 'isoflop.report/1',
    study: study.name,
    madeAt: new Date().toISOString(),
    tuning: rows(tuned.trials),
    chosen: { learningRate, batchTokens },
    ladder: ladderRows,
    hero: hero && prediction ? rows([hero])[0] : null,
    ...laws,
    prediction,
    refusal,
    warnings: [...(prediction?.warnings ?? []), ...warningsOf(ladderRows)],
    methods: methodsCard(context, tuned.recipe, laws, prediction),
  });
}

/** Stores the report and writes it for people. */
function conclude({ store, folder, observer }: StudyContext, report: StudyReport): StudyReport {
  store.putDocument('report', report);
  observer.progress({ stage: 'report', done: 0, note: 'drawing' });
  writeReport(folder, report);
  return report;
}

/** Refuses to mix two studies in one folder: what was trained under another model, data or ladder is not this study's. */
function checkSameStudy({ study, dataset, store, folder }: StudyContext): void {
  const { model, data, ladder, recipe, tune: tuning, seeds, seed, hero, evaluation } = study;
  const identity = {
    model,
    data,
    ladder,
    recipe,
    tune: tuning,
    seeds,
    seed,
    hero,
    evaluation,
    fingerprint: dataset.manifest.fingerprint,
  };
  const text = JSON.stringify(identity);
  const known = store.document<string>('identity');
  if (known === undefined) store.putDocument('identity', text);
  else if (known !== text) {
    throw new IsoflopError(
      'refused',
      'the folder holds the results of another study: its model, data, ladder or recipe differ',
      {
        path: folder,
        hint: 'Give this study another name or `output:`, or delete that folder.',
      },
    );
  }
}

function predict(
  context: StudyContext,
  rows: readonly RunRow[],
  hero: PlannedTrial | undefined,
): { prediction: FrozenPrediction | null; refusal: string | null } {
  if (!hero) return { prediction: null, refusal: null };
  try {
    return { prediction: freezePrediction(context, rows, hero), refusal: null };
  } catch (error) {
    if (!(error instanceof IsoflopError) || error.code !== 'not-identifiable') throw error;
    return { prediction: null, refusal: error.message };
  }
}

function sayPrediction(observer: StudyObserver, prediction: FrozenPrediction): void {
  const [, wide] = prediction.intervals;
  observer.say(
    `Predicted, before it starts: the hero (${prediction.run.flops.toExponential(2)} FLOPs, ${prediction.reach.toFixed(1)} x the ladder) reaches ${prediction.loss.toFixed(3)} nats/token, 95 % interval ${wide.low.toFixed(3)} to ${wide.high.toFixed(3)}.`,
  );
  observer.say(`Written down at ${prediction.madeAt}, hash ${prediction.fitHash.slice(0, 16)}.`);
  for (const warning of prediction.warnings) observer.say(`Beware: ${warning}`);
}

function warningsOf(rows: readonly RunRow[]): string[] {
  return rows
    .filter(({ excluded }) => excluded !== null)
    .map(({ id, excluded }) => `Run ${id} is not in the fit: ${excluded}`);
}
