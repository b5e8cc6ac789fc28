import { exp, log } from '../../src/core/math/elementary.ts';
import { lawById } from '../../src/core/laws/index.ts';
import { modelOf } from '../../src/core/laws/fit/model.ts';
import type { Check, Section } from './check.ts';

/** The value of a law of the catalogue at published constants. */
function at(
  id: string,
  constants: string | Readonly<Record<string, number>>,
  point: Readonly<Record<string, number>>,
): number {
  const law = lawById(id);
  const values =
    typeof constants === 'string' ? law.published!.find(({ source }) => source.includes(constants))!.values : constants;
  return modelOf(law).values(
    law.parameters.map(({ name }) => values[name]),
    law.variables.map((name) => [point[name]]),
    1,
  )[0];
}

const kaplan = (): Check[] => {
  const point = { params: 1.5e9, tokens: 2.2e10 };
  const single = { Nc: 8.8e13, Dc: 5.4e13, alphaN: 0.076, alphaD: 0.095 };
  const source = 'Kaplan et al. 2020, equation 1.5, recomputed in SciPy';
  const tolerance = 1e-6;
  return [
    {
      what: 'L(1.5e9, 2.2e10), constants of table 5',
      source,
      published: 2.374479,
      ours: at('kaplan-nd', single, point),
    },
    {
      what: 'L(1.5e9, 2.2e10), constants of table 2',
      source,
      published: 2.312548,
      ours: at('kaplan-nd', 'table 2', point),
    },
  ].map((row) => ({ ...row, by: 'relative' as const, tolerance }));
};

const hyperparameters = (): Check[] => {
  const flops = { flops: 1e20 };
  const run = { params: 1e9, tokens: 1e11 };
  const deepseek = 'DeepSeek-AI 2024, section 3, recomputed in SciPy';
  const step = 'Li et al. 2025 (step law), constants as printed, recomputed in SciPy';
  return [
    {
      what: 'learning rate at 1e20',
      source: deepseek,
      published: 9.86e-4,
      ours: at('learning-rate', 'DeepSeek', flops),
    },
    { what: 'batch at 1e20, tokens', source: deepseek, published: 1.017e6, ours: at('batch-size', 'DeepSeek', flops) },
    {
      what: 'best tokens at 1e20',
      source: deepseek,
      published: 1.9045e10,
      ours: at('optimal-tokens', 'DeepSeek', flops),
    },
    {
      what: 'learning rate of 1e9 at 1e11',
      source: step,
      published: 1.632e-3,
      ours: at('step-law-rate', 'as printed', run),
    },
    { what: 'batch at 1e11, tokens', source: step, published: 1.108e6, ours: at('step-law-batch', 'as printed', run) },
  ].map((row) => ({ ...row, by: 'relative' as const, tolerance: 5e-4 }));
};

const UNIQUE = 25e9;
const BUDGET = 1e22;
const repeatedLoss = (params: number, tokens: number): number =>
  at('data-constrained', 'Muennighoff', { params, tokens, uniqueTokens: UNIQUE });

/** Tokens at the least loss of a budget, by golden section in the logarithm. */
function bestTokens(): number {
  const ratio = (Math.sqrt(5) - 1) / 2;
  const loss = (logTokens: number): number => repeatedLoss(BUDGET / 6 / exp(logTokens), exp(logTokens));
  let [low, high] = [log(UNIQUE), log(100 * UNIQUE)];
  for (let step = 0; step < 100; step++) {
    const [a, b] = [high - ratio * (high - low), low + ratio * (high - low)];
    if (loss(a) < loss(b)) high = b;
    else low = a;
  }
  return exp((low + high) / 2);
}

const repeated = (): Check[] => {
  const tokens = bestTokens();
  const source = 'Muennighoff et al. 2023, released code';
  // Near its minimum the loss is flat: the released code's own search ends within 1e-4 of it.
  return [
    {
      what: 'L(6.34e9, 242e9) of 25e9 unique',
      published: 2.2256440889984477,
      ours: repeatedLoss(6.34e9, 242e9),
      tolerance: 1e-12,
    },
    {
      what: 'L(8.67e9, 178e9) of 25e9 unique',
      published: 2.2269634075087867,
      ours: repeatedLoss(8.67e9, 178e9),
      tolerance: 1e-12,
    },
    { what: 'best tokens for 1e22 with 25e9 unique', published: 237336955477.55, ours: tokens, tolerance: 1e-3 },
    { what: 'its epochs', published: 9.4935, ours: tokens / UNIQUE, tolerance: 1e-3 },
    { what: 'its parameters', published: 7022364735.88, ours: BUDGET / 6 / tokens, tolerance: 1e-3 },
  ].map((row) => ({ ...row, source, by: 'relative' as const }));
};

/** Published constants, read through the catalogue's formulas. */
export function sections(): Section[] {
  return [
    { title: 'Kaplan’s joint law', checks: kaplan() },
    { title: 'Laws of hyperparameters', checks: hyperparameters() },
    { title: 'Repeated data (Muennighoff et al. 2023)', checks: repeated() },
  ];
}
