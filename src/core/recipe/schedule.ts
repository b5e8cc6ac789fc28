import type { Schedule } from '../schema/recipe.ts';

/**
 * The learning rate at a step as a share of its peak, in [0, 1]; `step` counts from 0, `steps` is the run's length.
 * Warm-up rises linearly to 1 over its share of the steps. Then `cosine` falls to the floor at the last step
 * (Loshchilov and Hutter 2017); `wsd` stays at 1 and falls linearly to the floor over its last `decay` (Hu et al. 2024).
 */
export function scheduleAt(schedule: Schedule, step: number, steps: number): number {
  const warmupSteps = Math.round(schedule.warmup * steps);
  if (step < warmupSteps) return (step + 1) / warmupSteps;
  if (schedule.kind === 'constant') return 1;
  const fall = schedule.kind === 'wsd' ? Math.max(1, Math.round(schedule.decay * steps)) : steps - warmupSteps;
  const done = (step - (steps - fall) + 1) / fall;
  if (done <= 0) return 1;
  const share = schedule.kind === 'cosine' ? (1 + Math.cos(Math.PI * done)) / 2 : 1 - done;
  return schedule.floor + (1 - schedule.floor) * share;
}
