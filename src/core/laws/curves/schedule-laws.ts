import { exp, log } from '../../math/elementary.ts';
import { IsoflopError } from '../../terms/errors.ts';
import type { PublishedConstants } from '../../terms/law.ts';

/** A parameter of a schedule law; all are positive and searched on a logarithmic scale. */
export interface ScheduleParameter {
  readonly name: string;
  readonly meaning: string;
  readonly unit: string;
  readonly lower: number;
  readonly upper: number;
  /** Range of a search; of parameters that enter linearly, what is plausible before any data. */
  readonly start: readonly [number, number];
  /**
   * What other models showed, where a few schedules hardly determine the parameter: a fit shrinks towards it as far as the data do not
   * know better. `spread`: standard deviation of the logarithm.
   */
  readonly typical?: { readonly value: number; readonly spread: number };
}

/**
 * A law of the loss along a run by its learning rates: L(t) = L0 + A x(t)^-alpha + G sum over changes k <= t of change_k w(k, t), x being
 * the sum of the rates so far or the steps. A change is negative where the rate decays, so a decay gains, and more as training goes on
 * after it.
 */
export interface ScheduleLaw {
  readonly id: string;
  readonly title: string;
  readonly formula: string;
  readonly response: 'loss';
  readonly variables: readonly string[];
  /** L0, A, alpha, then the gain G and the parameters of `weight` where the law has changes. */
  readonly parameters: readonly ScheduleParameter[];
  readonly source: string;
  readonly caution: string;
  readonly published?: readonly PublishedConstants[];
  /** What the power law runs over. */
  readonly progress: 'sum of rates' | 'steps';
  /**
   * Weight w of a change after which the rate's logarithm was `logRate`, and since which the rates add up to `sum` over `steps` steps.
   * Writes the derivatives by its own parameters (those after G) into `slopes`.
   */
  readonly weight?: (
    own: readonly number[],
    logRate: number,
    sum: number,
    steps: number,
    slopes: Float64Array,
  ) => number;
}

const parameter = (
  name: string,
  meaning: string,
  unit: string,
  bounds: readonly [number, number],
  start: readonly [number, number],
  typical?: { readonly value: number; readonly spread: number },
): ScheduleParameter => ({
  name,
  meaning,
  unit,
  lower: bounds[0],
  upper: bounds[1],
  start,
  ...(typical && { typical }),
});

const L0 = parameter('L0', 'loss that remains without end of training', 'nats/token', [1e-6, 20], [0.5, 5]);
const ALPHA = parameter('alpha', 'how fast training takes it away', '1', [1e-2, 3], [0.1, 1]);
const amount = (unit: string): ScheduleParameter =>
  parameter('A', 'size of the part of the loss that training takes away', unit, [1e-12, 1e12], [0.05, 50]);

const SAME_RUN =
  'One model, one batch, one peak rate: it forecasts other schedules of that training, not other models.';

/** Geometric means of the published fits of the two larger models, 100M and 400M: the 25M curves test the law. */
const SHAPE = {
  C: { value: 2.0778, spread: 0.5 },
  beta: { value: 0.59568, spread: 0.5 },
  gamma: { value: 0.64491, spread: 0.5 },
} as const;

export const MULTI_POWER: ScheduleLaw = {
  id: 'multi-power',
  title: 'Multi-power law over schedules',
  formula: 'L0 + A S^-alpha - B sum_k (rate_{k-1} - rate_k) (1 - (1 + C rate_k^-gamma S_k)^-beta)',
  response: 'loss',
  variables: ['learning rates'],
  parameters: [
    L0,
    amount('nats/token x rate^alpha'),
    ALPHA,
    parameter('B', 'what a decay by one unit of rate gains in the end', 'nats/token/rate', [1e-3, 1e8], [20, 5000]),
    parameter('C', 'how soon it comes', 'rate^(gamma - 1)', [1e-5, 1e5], [0.05, 20], SHAPE.C),
    parameter('beta', 'power by which it comes', '1', [1e-2, 5], [0.15, 1.5], SHAPE.beta),
    parameter('gamma', 'how much sooner it comes at a smaller rate', '1', [1e-3, 3], [0.15, 1.5], SHAPE.gamma),
  ],
  source:
    'Luo et al. 2025 (arXiv 2503.12811), equations 1 to 3; S and S_k sum the rates from the start and from step k; the warm-up is a rise',
  caution: `${SAME_RUN} A schedule without any decay does not determine B, C, beta and gamma.`,
  published: [
    published('25M', [3.04045406, 0.52468604, 0.50786857, 363.78751622, 2.06560812, 0.58279013, 0.64142257]),
    published('100M', [2.6514477, 0.60115152, 0.45295811, 437.9464276, 2.13245612, 0.59785199, 0.65523644]),
    published('400M', [2.37474466, 0.65421216, 0.42878731, 523.42464371, 2.02462735, 0.59350493, 0.63472457]),
  ],
  progress: 'sum of rates',
  weight([C, beta, gamma], logRate, sum, _steps, slopes) {
    const x = C * exp(-gamma * logRate) * sum;
    const logBase = log(1 + x);
    const power = exp(-beta * logBase);
    const inner = (beta * power * x) / (1 + x);
    slopes[0] = inner / C;
    slopes[1] = power * logBase;
    slopes[2] = -inner * logRate;
    return 1 - power;
  },
};

function published(model: string, values: readonly number[]): PublishedConstants {
  const names = ['L0', 'A', 'alpha', 'B', 'C', 'beta', 'gamma'];
  return {
    source: `Luo et al. 2025, released code, ${model} parameters, peak rate 3e-4, 2160 steps of warm-up`,
    conventions: { loss: 'nats/token' },
    values: Object.fromEntries(names.map((name, index) => [name, values[index]])),
  };
}

export const ANNEALING: ScheduleLaw = {
  id: 'annealing',
  title: 'Law of learning-rate annealing',
  formula:
    'L0 + A S^-alpha - C sum_k (rate_{k-1} - rate_k) (1 - lambda^(t - k + 1)) / (1 - lambda), lambda = exp(-1 / K)',
  response: 'loss',
  variables: ['learning rates'],
  parameters: [
    L0,
    amount('nats/token x rate^alpha'),
    ALPHA,
    parameter('C', 'what annealing gains', 'nats/token/rate/step', [1e-8, 1e6], [0.01, 10]),
    parameter('K', 'steps over which the momentum of annealing fades by e', 'step', [1, 1e7], [100, 20_000]),
  ],
  source:
    'Tissue et al. 2024 (arXiv 2408.11029), equation 1, summed over the steps; their lambda of .999 is a K of 1000',
  caution: `${SAME_RUN} What a decay gains does not depend on the rate that it ends at.`,
  progress: 'sum of rates',
  weight([K], _logRate, _sum, steps, slopes) {
    const lambda = exp(-1 / K);
    const power = exp(-steps / K);
    const rest = 1 - lambda;
    slopes[0] = (((1 - power) * lambda) / rest - steps * power) / (rest * K * K);
    return (1 - power) / rest;
  },
};

export const STEPS_ONLY: ScheduleLaw = {
  id: 'steps-only',
  title: 'Power law with offset over steps, no schedule',
  formula: 'L0 + A step^-alpha',
  response: 'loss',
  variables: ['step'],
  parameters: [L0, amount('nats/token x step^alpha'), ALPHA],
  source: 'the null hypothesis of a schedule law: Hestness et al. 2017 (arXiv 1712.00409) over one run',
  caution: 'It gives runs of other schedules the same loss. It is here to be beaten.',
  progress: 'steps',
};

export const SCHEDULE_LAWS: readonly ScheduleLaw[] = [MULTI_POWER, ANNEALING, STEPS_ONLY];

/** A schedule law by its id. */
export function scheduleLawById(id: string): ScheduleLaw {
  const law = SCHEDULE_LAWS.find((one) => one.id === id);
  if (law) return law;
  throw new IsoflopError('invalid-input', `no law of whole curves is called '${id}'`, {
    hint: `Known: ${SCHEDULE_LAWS.map((one) => one.id).join(', ')}.`,
  });
}
