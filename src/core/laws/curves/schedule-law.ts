import { exp, log } from '../../math/elementary.ts';
import type { Schedule } from './schedule.ts';

/** One parameter of a schedule law; all are positive. */
export interface ScheduleParameter {
  readonly name: string;
  readonly meaning: string;
  readonly lower: number;
  readonly upper: number;
  /** Where a search starts. */
  readonly start: readonly [number, number];
}

/**
 * A law of the loss along a run by its learning rates: L(t) = L0 + A S(t)^-alpha + sum over changes k <= t of change_k w(k, t), S being the
 * sum of the rates so far. What a decay gains grows as training goes on after it.
 */
export interface ScheduleLaw {
  readonly id: string;
  readonly title: string;
  readonly formula: string;
  /** L0, A, alpha, then those of `weight`. */
  readonly parameters: readonly ScheduleParameter[];
  readonly source: string;
  readonly caution: string;
  /**
   * Weight of a change of the rate: `rate` holds after it, `sum` of rates and `steps` have gone by since. Writes the derivatives by
   * its own parameters (after alpha) into `slopes`.
   */
  weight(own: readonly number[], rate: number, sum: number, steps: number, slopes: Float64Array): number;
}

const BASE: readonly ScheduleParameter[] = [
  { name: 'L0', meaning: 'irreducible loss', lower: 1e-6, upper: 20, start: [0.5, 4] },
  { name: 'A', meaning: 'size of the part that training removes', lower: 1e-9, upper: 1e3, start: [0.1, 2] },
  { name: 'alpha', meaning: 'how fast it does', lower: 1e-2, upper: 3, start: [0.2, 1] },
];

export const MULTI_POWER: ScheduleLaw = {
  id: 'multi-power',
  title: 'Multi-power law over learning-rate schedules',
  formula: 'L0 + A S^-alpha - B sum_k (eta_{k-1} - eta_k) (1 - (1 + C eta_k^-gamma S_k)^-beta)',
  parameters: [
    ...BASE,
    { name: 'B', meaning: 'gain of a decay by one unit of rate', lower: 1e-3, upper: 1e7, start: [50, 2000] },
    { name: 'C', meaning: 'how soon it comes', lower: 1e-6, upper: 1e6, start: [0.05, 20] },
    { name: 'beta', meaning: 'power by which it comes', lower: 1e-2, upper: 5, start: [0.2, 1] },
    { name: 'gamma', meaning: 'how much sooner at a smaller rate', lower: 1e-3, upper: 3, start: [0.2, 1] },
  ],
  source: 'Luo et al. 2025 (arXiv 2503.12811), equations 1 to 3; the warm-up counts as a rise',
  caution: 'One model, one batch, one peak rate: it forecasts other schedules of the same run.',
  weight([B, C, beta, gamma], rate, sum, _steps, slopes) {
    const logRate = log(rate);
    const x = C * exp(-gamma * logRate) * sum;
    const logBase = log(1 + x);
    const power = exp(-beta * logBase);
    const inner = (beta * power) / (1 + x);
    slopes[0] = 1 - power;
    slopes[1] = B * inner * (x / C);
    slopes[2] = B * power * logBase;
    slopes[3] = -B * inner * x * logRate;
    return B * (1 - power);
  },
};

export const ANNEALING: ScheduleLaw = {
  id: 'annealing',
  title: 'Scaling law with learning-rate annealing',
  formula:
    'L0 + A S^-alpha - C sum_k (eta_{k-1} - eta_k) (1 - lambda^(t - k + 1)) / (1 - lambda), with lambda = exp(-1/K)',
  parameters: [
    ...BASE,
    { name: 'C', meaning: 'gain of annealing', lower: 1e-6, upper: 1e4, start: [0.05, 5] },
    {
      name: 'K',
      meaning: 'steps over which the momentum of annealing fades by e',
      lower: 10,
      upper: 1e6,
      start: [100, 5000],
    },
  ],
  source: 'Tissue et al. 2024 (arXiv 2408.11029), equation 2',
  caution: 'One model, one batch, one peak rate; the gain of a decay does not depend on the rate that it ends at.',
  weight([C, K], _rate, _sum, steps, slopes) {
    const [lambda, count] = [exp(-1 / K), steps + 1];
    const [power, rest] = [exp(-count / K), 1 - lambda];
    const value = (1 - power) / rest;
    slopes[0] = value;
    slopes[1] = (C / (K * K)) * (-(count * power) / rest + ((1 - power) * lambda) / (rest * rest));
    return C * value;
  },
};

export const SCHEDULE_LAWS: readonly ScheduleLaw[] = [MULTI_POWER, ANNEALING];

/** Value of a law at a step of a schedule; `gradient`, where given, receives the derivatives by the raw parameters. */
export function scheduleLoss(
  law: ScheduleLaw,
  raw: readonly number[],
  schedule: Schedule,
  step: number,
  gradient?: Float64Array,
): number {
  const [L0, A, alpha] = raw;
  const own = raw.slice(BASE.length);
  const slopes = new Float64Array(own.length);
  const total = schedule.sum(step);
  const logTotal = log(total);
  const power = exp(-alpha * logTotal);
  let loss = L0 + A * power;
  if (gradient) {
    gradient.fill(0);
    gradient[0] = 1;
    gradient[1] = power;
    gradient[2] = -A * power * logTotal;
  }
  const { at, change, rate, sumAt } = schedule;
  for (let k = 0; k < at.length && at[k] <= step; k++) {
    loss += change[k] * law.weight(own, rate[k], total - sumAt[k] + rate[k], step - at[k], slopes);
    if (gradient) for (let i = 0; i < own.length; i++) gradient[BASE.length + i] += change[k] * slopes[i];
  }
  return loss;
}
