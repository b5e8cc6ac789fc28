import type { PlannedTrial } from '../../core/plan/ladder.ts';
import { counted } from '../../core/terms/names.ts';
import { repeatsOf } from '../study/plan.ts';
import type { StudyPlan } from '../study/plan.ts';
import { compact, duration, scientific, table } from './format.ts';

/** The plan of a study as a person reads it before saying yes. */
export function planText(plan: StudyPlan): string {
  const { manifest } = plan.dataset;
  const row = (trial: PlannedTrial): string[] => [
    trial.role,
    String(trial.model.width),
    compact(trial.params),
    compact(trial.tokens),
    String(trial.steps),
    scientific(trial.flops),
    repeatsOf(plan.dataset, trial).toFixed(2),
    duration(plan.secondsOf(trial)),
  ];
  const trials = [...plan.tuning, ...plan.ladder, ...(plan.hero ? [plan.hero] : [])];
  const header = ['run', 'width', 'params', 'tokens', 'steps', 'FLOPs', 'epochs', 'time'];
  const corpus =
    `${plan.study.name}: ${manifest.documents} documents, ${compact(manifest.bytes)}B of text, ` +
    `${compact(manifest.trainTokens)} tokens to train on, vocabulary ${manifest.vocabulary}`;
  const largest = plan.hero ?? plan.ladder.at(-1)!;
  const total =
    `${trials.length} runs, ${scientific(plan.flops)} FLOPs, about ${duration(plan.seconds)} ` +
    `with ${counted(plan.workers, 'worker')}`;
  const repeats = repeatsOf(plan.dataset, largest);
  const warning =
    repeats > 1
      ? `\nBeware: the largest run sees its data ${repeats.toFixed(1)} times; its intervals are widened for that.`
      : '';
  return `${corpus}\n\n${table(header, trials.map(row))}\n\n${total}${warning}`;
}
