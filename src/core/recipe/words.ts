import type { Optimizer, Schedule } from '../schema/recipe.ts';

/** An optimiser with its settings in one line, for reports. */
export function optimizerWords(optimizer: Optimizer): string {
  const shared = `weight decay ${optimizer.weightDecay}, clipping at ${optimizer.clip}`;
  switch (optimizer.kind) {
    case 'adamw':
      return `AdamW, betas ${optimizer.beta1} and ${optimizer.beta2}, epsilon ${optimizer.epsilon}, ${shared}`;
    case 'sgd':
      return `SGD, momentum ${optimizer.momentum}${optimizer.nesterov ? ' (Nesterov)' : ''}, ${optimizer.decay} ${shared}`;
    case 'muon':
      return `Muon, momentum ${optimizer.momentum}${optimizer.nesterov ? ' (Nesterov)' : ''}, ${optimizer.scale} scale; AdamW, betas ${optimizer.beta1} and ${optimizer.beta2}, epsilon ${optimizer.epsilon}, for what is no hidden matrix; ${shared}`;
  }
}

const percent = (share: number): string => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;

/** A schedule with its settings in one line, for reports. */
export function scheduleWords(schedule: Schedule): string {
  if (schedule.kind === 'one-cycle')
    return `one-cycle, rising over ${percent(schedule.rise)} of the steps, down to ${schedule.floor} of the peak`;
  const start = `${schedule.kind}, warm-up ${percent(schedule.warmup)} of the steps`;
  switch (schedule.kind) {
    case 'constant':
    case 'inverse-sqrt':
      return start;
    case 'step':
      return `${start}, times ${schedule.factor} at ${schedule.milestones.map(percent).join(', ')}`;
    case 'cosine-restarts':
      return `${start}, ${schedule.cycles} cycles down to ${percent(schedule.floor)}`;
    default:
      return `${start}, down to ${percent(schedule.floor)}`;
  }
}
