import type { Schedule } from '../schema/recipe.ts';

type OneCycle = Extract<Schedule, { kind: 'one-cycle' }>;

/**
 * The learning rate at a step as a share of its peak, in [0, 1]; `step` counts from 0, `steps` is the run's length.
 * Warm-up rises linearly to 1 over its share of the steps. What follows reaches its end at the last step, not behind it:
 * `cosine` and `linear` fall to the floor, `cosine-restarts` does so in each of its cycles (Loshchilov and Hutter 2017); `wsd` stays
 * at 1 and falls linearly to the floor over its last `decay` (Hu et al. 2024); `inverse-sqrt` is the root of warm-up steps over
 * steps done (Vaswani et al. 2017, equation 3); `step` is multiplied by its factor from each milestone on. `one-cycle` has no
 * warm-up but its own rise; its values are those of PyTorch's OneCycleLR.
 */
export function scheduleAt(schedule: Schedule, step: number, steps: number): number {
  if (schedule.kind === 'one-cycle') return oneCycleAt(schedule, step, steps);
  const warmupSteps = Math.round(schedule.warmup * steps);
  if (step < warmupSteps) return (step + 1) / warmupSteps;
  const [past, left] = [step - warmupSteps, steps - warmupSteps];
  switch (schedule.kind) {
    case 'constant':
      return 1;
    case 'cosine':
      return above(schedule.floor, cosine((past + 1) / left));
    case 'linear':
      return above(schedule.floor, 1 - (past + 1) / left);
    case 'wsd':
      return stableThenLinear(schedule, step, steps);
    case 'cosine-restarts':
      return above(schedule.floor, cosine(shareOfCycle(past, left, schedule.cycles)));
    case 'inverse-sqrt':
      return Math.sqrt(Math.max(1, warmupSteps) / (step + 1));
    case 'step':
      return schedule.factor ** schedule.milestones.filter((share) => step >= Math.round(share * steps)).length;
  }
}

/** From 1 at the start to 0 at the end of a fall of which the share `done` is over. */
const cosine = (done: number): number => (1 + Math.cos(Math.PI * done)) / 2;

const above = (floor: number, share: number): number => floor + (1 - floor) * share;

function stableThenLinear({ decay, floor }: { decay: number; floor: number }, step: number, steps: number): number {
  const fall = Math.max(1, Math.round(decay * steps));
  const done = (step - (steps - fall) + 1) / fall;
  return done <= 0 ? 1 : above(floor, 1 - done);
}

/** How much of its cycle a step ends; cycles differ by a step where their number does not divide the steps. */
function shareOfCycle(step: number, steps: number, cycles: number): number {
  const startOf = (cycle: number): number => Math.round((cycle * steps) / cycles);
  let cycle = Math.min(cycles - 1, Math.floor((step * cycles) / steps));
  if (step < startOf(cycle)) cycle--;
  if (step >= startOf(cycle + 1)) cycle++;
  return (step - startOf(cycle) + 1) / (startOf(cycle + 1) - startOf(cycle));
}

function oneCycleAt({ rise, start, floor, shape }: OneCycle, step: number, steps: number): number {
  const [top, last] = [rise * steps - 1, steps - 1];
  const between = (from: number, to: number, done: number): number =>
    to + (from - to) * (shape === 'cosine' ? cosine(done) : 1 - done);
  if (top > 0 && step <= top) return between(start, 1, step / top);
  return last > top ? between(1, floor, (step - Math.max(0, top)) / (last - Math.max(0, top))) : 1;
}
