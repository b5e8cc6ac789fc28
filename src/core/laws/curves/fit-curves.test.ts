import { describe, expect, it } from 'vitest';
import { exp } from '../../math/elementary.ts';
import { Random } from '../../math/random.ts';
import { calibrateFit } from './calibrate.ts';
import { CurveProblem } from './curve-problem.ts';
import { fitCurves } from './fit-curves.ts';
import { forecastSchedule } from './forecast-schedule.ts';
import { heldOutCurves, scoreCurve } from './held-out.ts';
import { SchedulePoints } from './loss-curve.ts';
import type { LossCurve } from './loss-curve.ts';
import { createSchedule } from './schedule.ts';
import type { Schedule } from './schedule.ts';
import { ANNEALING, MULTI_POWER, SCHEDULE_LAWS, scheduleLawById, STEPS_ONLY } from './schedule-laws.ts';
import type { ScheduleLaw } from './schedule-laws.ts';
import { withoutRepeats } from './shared-points.ts';

const PEAK = 3e-4;
const WARMUP = 100;
const EVERY = 40;
const STEPS = 2000;

function schedule(rateAt: (share: number) => number, steps = STEPS): Schedule {
  const count = (steps - WARMUP) / EVERY;
  return createSchedule(
    Array.from({ length: count + 1 }, (_, i) => ({ step: WARMUP + EVERY * i, learningRate: PEAK * rateAt(i / count) })),
  );
}

const SCHEDULES = {
  cosine: schedule((x) => 0.1 + 0.45 * (1 + Math.cos(Math.PI * x))),
  constant: schedule(() => 1),
  drop: schedule((x) => (x < 0.4 ? 1 : 0.3)),
  wsd: schedule((x) => Math.min(1, 0.1 + 4.5 * (1 - x))),
  long: schedule((x) => 0.1 + 0.45 * (1 + Math.cos(Math.PI * x)), 2 * STEPS - WARMUP),
};
const TRUTHS: Readonly<Record<string, readonly number[]>> = {
  'multi-power': [3.0, 0.4, 0.4, 380, 2, 0.6, 0.6],
  annealing: [3.0, 0.4, 0.4, 0.9, 150],
  'steps-only': [3.0, 20, 0.5],
};

/** A curve of a law; `noise` is added to each log loss. */
function curve(law: ScheduleLaw, name: keyof typeof SCHEDULES, noise: () => number = () => 0): LossCurve {
  const on = SCHEDULES[name];
  const steps = Array.from({ length: (on.steps - WARMUP) / EVERY }, (_, i) => WARMUP + EVERY * (i + 1));
  const points = new SchedulePoints(law, on, steps, 0);
  const raw = TRUTHS[law.id];
  const losses = steps.map((_, row) => points.loss(raw, row, new Float64Array(raw.length)) * exp(noise()));
  return { run: name, schedule: on, steps, losses };
}

/** Noise that remembers: AR(1) with standard deviation `sd`. */
function autoregressive(random: Random, sd: number, rho: number): () => number {
  let state = sd * random.normal();
  return () => (state = rho * state + sd * Math.sqrt(1 - rho * rho) * random.normal());
}

const TRAIN = ['cosine', 'constant', 'drop'] as const;

describe('fitting schedule laws', () => {
  it.each(SCHEDULE_LAWS.map((law) => [law.id, law] as const))('%s: finds its truth without noise', (_, law) => {
    const curves = TRAIN.map((name) => curve(law, name));
    const fit = fitCurves(law, curves, { weights: 'points', shrinks: false });
    for (const [index, { name }] of law.parameters.entries())
      expect(fit.parameters[name] / TRUTHS[law.id][index]).toBeCloseTo(1, 3);
    const ahead = curve(law, 'long');
    for (const [row, { loss }] of forecastSchedule(fit, ahead.schedule, ahead.steps).entries())
      expect(loss / ahead.losses[row]).toBeCloseTo(1, 6);
  });

  it.each(SCHEDULE_LAWS.map((law) => [law.id, law] as const))('%s: its gradient is that of its value', (_, law) => {
    const random = new Random(3);
    const curves = TRAIN.map((name) => curve(law, name, () => 3e-3 * random.normal()));
    const problem = new CurveProblem(law, curves, 1e-2, 'log-steps');
    const theta = problem.toTheta(TRUTHS[law.id].map((value, i) => value * (1 + 0.02 * (i + 1))));
    const { gradient, value } = problem.evaluate(theta);
    expect(value).toBeCloseTo(problem.value(theta), 14);
    for (const [i, slope] of gradient.entries()) {
      const at = (by: number): number => problem.value(theta.map((one, j) => (j === i ? one + by : one)));
      const numeric = (at(1e-5) - at(-1e-5)) / 2e-5;
      expect(Math.abs(numeric - slope)).toBeLessThan(1e-6 * Math.max(...gradient.map(Math.abs)));
    }
  });

  it('the gathered sums give what plain sums give', () => {
    const { rates, sums, steps } = SCHEDULES.cosine;
    const raw = TRUTHS['multi-power'];
    const [L0, A, alpha, B, C, beta, gamma] = raw;
    const at = [WARMUP, 500, 1300, steps];
    const points = new SchedulePoints(MULTI_POWER, SCHEDULES.cosine, at, 0);
    for (const [row, step] of at.entries()) {
      let gain = 0;
      for (let k = 1; k <= step; k++)
        gain += (rates[k - 1] - rates[k]) * (1 - (1 + C * rates[k] ** -gamma * (sums[step] - sums[k - 1])) ** -beta);
      const plain = L0 + A * sums[step] ** -alpha - B * gain;
      expect(Math.abs(points.loss(raw, row, new Float64Array(7)) - plain)).toBeLessThan(2e-5);
    }
  });

  it('counts the rise of the warm-up: without it the loss would be lower', () => {
    const raw = TRUTHS['multi-power'];
    const reducible = (warmup: number): number => {
      const on = createSchedule(
        [WARMUP, STEPS].map((step) => ({ step, learningRate: PEAK })),
        { warmup },
      );
      const loss = new SchedulePoints(MULTI_POWER, on, [STEPS], 0).loss(raw, 0, new Float64Array(7));
      return loss - raw[1] * on.sums[STEPS] ** -raw[2];
    };
    // Most of B times the peak rate has come by then, never more.
    expect(reducible(WARMUP) - reducible(0)).toBeGreaterThan(0.8 * 380 * PEAK);
    expect(reducible(WARMUP) - reducible(0)).toBeLessThan(380 * PEAK);
  });

  it('shrinks what a few noisy curves hardly know towards what other models showed', () => {
    const random = new Random(11);
    const curves = TRAIN.map((name) => curve(MULTI_POWER, name, autoregressive(random, 2e-3, 0.9)));
    const distance = (shrinks: boolean): number => {
      const { parameters } = fitCurves(MULTI_POWER, curves, { shrinks });
      return MULTI_POWER.parameters.reduce(
        (sum, { name, typical }) => sum + (typical ? Math.log(parameters[name] / typical.value) ** 2 : 0),
        0,
      );
    };
    expect(distance(true)).toBeLessThan(0.5 * distance(false));
    const { undetermined, gradientNorm } = fitCurves(MULTI_POWER, curves);
    expect(undetermined).toContain('C');
    expect(undetermined).not.toContain('L0');
    expect(gradientNorm).toBeLessThan(1e-3);
  });

  it('intervals hold for a new run whose noise remembers', () => {
    const truth = Object.fromEntries(ANNEALING.parameters.map(({ name }, i) => [name, TRUTHS.annealing[i]]));
    let [inside, studies] = [0, 0];
    for (let study = 0; study < 25; study++) {
      const random = new Random(5, study);
      const curves = TRAIN.map((name) => curve(ANNEALING, name, autoregressive(random, 1.5e-3, 0.85)));
      const fit = fitCurves(ANNEALING, curves, { from: truth });
      const { coverage } = scoreCurve(fit, curve(ANNEALING, 'wsd', autoregressive(random, 1.5e-3, 0.85)));
      inside += coverage[1];
      studies += 1;
    }
    expect(inside / studies).toBeGreaterThan(0.92);
  });

  it('a history that runs share counts once', () => {
    const [one, other] = [curve(ANNEALING, 'constant'), curve(ANNEALING, 'drop')];
    const kept = withoutRepeats([one, other]);
    expect(kept[0].steps).toEqual(one.steps);
    expect(kept[1].steps[0]).toBeGreaterThan(WARMUP + 0.4 * (STEPS - WARMUP) - EVERY);
    expect(fitCurves(ANNEALING, [one, other, { ...other, run: 'again' }]).points).toBe(
      fitCurves(ANNEALING, [one, other]).points,
    );
  });

  it.each([
    ['a loss that is not positive', { losses: [3, -1, 2] }, "run 'x', step 500: the loss is -1"],
    ['a loss that is no number', { losses: [3, NaN, 2] }, 'the loss is NaN'],
    ['steps that do not rise', { steps: [500, 400, 600] }, 'point 2 is at step 400'],
    ['a step beyond the schedule', { steps: [400, 500, 9999] }, 'point 3 is at step 9999'],
    ['no points', { steps: [], losses: [] }, "run 'x' has no points"],
  ])('refuses %s', (_, changes, fault) => {
    const good = { run: 'x', schedule: SCHEDULES.cosine, steps: [400, 500, 600], losses: [3, 2.9, 2.8] };
    expect(() => fitCurves(STEPS_ONLY, [curve(STEPS_ONLY, 'cosine'), { ...good, ...changes }])).toThrow(fault);
  });

  it('refuses curves that cannot carry the law', () => {
    expect(() => fitCurves(MULTI_POWER, [curve(MULTI_POWER, 'constant')])).toThrow('falls in none of the curves');
    const again = { ...curve(MULTI_POWER, 'cosine'), run: 'again' };
    expect(() => fitCurves(MULTI_POWER, [curve(MULTI_POWER, 'cosine'), again])).toThrow('one schedule does not show');
    const few = { ...curve(ANNEALING, 'cosine'), steps: [500, 900], losses: [3, 2.9] };
    expect(() => fitCurves(ANNEALING, [few])).toThrow('5 parameters, got 2 points');
    expect(() => scheduleLawById('chinchilla')).toThrow("no law of whole curves is called 'chinchilla'");
  });
});

describe('left-out curves', () => {
  const random = new Random(17);
  const names = ['cosine', 'constant', 'drop', 'wsd'] as const;
  const curves = names.map((name) => curve(ANNEALING, name, autoregressive(random, 5e-4, 0.5)));

  it('prefer the law that made them', () => {
    const error = (law: ScheduleLaw): number => heldOutCurves(law, curves).mean.meanAbsoluteError;
    expect(error(ANNEALING)).toBeLessThan(0.4 * error(STEPS_ONLY));
  });

  it('widen the intervals of a law that is wrong, not those of one that is right', () => {
    const scale = (law: ScheduleLaw): number => calibrateFit(fitCurves(law, curves), curves).fit.uncertainty.scale;
    expect(scale(STEPS_ONLY)).toBeGreaterThan(1.1);
    expect(scale(ANNEALING)).toBeLessThan(1.3);
  });
});
