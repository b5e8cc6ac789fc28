import { log } from '../../math/elementary.ts';
import type { Law, PublishedConstants } from '../../terms/law.ts';
import { coefficient, exponent, floor, NON_EMBEDDING, positive, scaleOf, signed } from './parts.ts';

/** Laws of experts, of hyperparameters, of transfer and of what comes after the loss. */

const LN10 = log(10);
/** Constants of the routing law, printed for logarithms to base 10: here for natural ones. */
const routing = (
  method: string,
  [a, b, c, d, start, most]: readonly [number, number, number, number, number, number],
): PublishedConstants => ({
  source: `Clark et al. 2022, table 3, ${method} (secondary transcription)`,
  conventions: NON_EMBEDDING,
  values: { a, b, c: c / LN10, d: d * LN10, Estart: start, Emax: most },
});

const EXPERTS = '(1 / (1 / (experts - 1 + 1 / (1/Estart - 1/Emax)) + 1/Emax))';

export const OTHERS: readonly Law[] = [
  {
    id: 'routing',
    title: 'Unified routing law: parameters and experts',
    formula: `exp(a * log(params) + b * log(${EXPERTS}) + c * log(params) * log(${EXPERTS}) + d)`,
    response: 'loss',
    variables: ['params', 'experts'],
    parameters: [
      signed('a', 'exponent of the dense parameters', '1', [-0.2, 0]),
      signed('b', 'exponent of the effective experts', '1', [-0.3, 0]),
      signed('c', 'how the worth of experts fades with size', '1', [0, 0.02]),
      signed('d', 'logarithm of the loss of one parameter', '1', [0, 5]),
      { ...positive('Estart', 'experts below which routing gains nothing', 'expert', [1, 10]), lower: 1 },
      { ...positive('Emax', 'experts beyond which routing gains nothing', 'expert', [100, 1000]), lower: 10 },
    ],
    source: 'Clark et al. 2022 (arXiv 2202.01169), equations 1 and 2, in natural logarithms',
    caution: 'Trained for one number of tokens: it says nothing of longer runs.',
    published: [
      routing('S-Base', [-0.082, -0.108, 0.009, 1.104, 1.847, 314.478]),
      routing('RL-R', [-0.083, -0.126, 0.012, 1.111, 1.88, 469.982]),
      routing('Hash', [-0.087, -0.136, 0.012, 1.157, 4.175, 477.741]),
    ],
  },
  {
    id: 'granularity',
    title: 'Krajewski: fine-grained experts',
    formula: 'E + (A + G / granularity^gamma) / params^alpha + B / tokens^beta',
    response: 'loss',
    variables: ['params', 'tokens', 'granularity'],
    parameters: [
      floor(),
      coefficient('A', 'share of the size term that granularity does not change', { params: 'alpha' }),
      coefficient('G', 'share of the size term that granularity removes', { params: 'alpha', granularity: 'gamma' }),
      coefficient('B', 'size of the part of the loss that tokens remove', { tokens: 'beta' }),
      exponent('gamma', 'how fast finer experts remove their share'),
      exponent('alpha', 'how fast the loss falls with parameters without embeddings, experts among them'),
      exponent('beta', 'how fast the loss falls with tokens'),
    ],
    source: 'Krajewski et al. 2024 (arXiv 2402.07871), equation 9: granularity is how many times smaller an expert is',
    caution: 'Of one expansion rate (64 experts’ worth); the cost of routing grows with granularity.',
    published: [
      {
        source: 'Krajewski et al. 2024, table 1 (secondary transcription)',
        conventions: NON_EMBEDDING,
        values: { E: 0.47, A: 18.1, G: 2.1, B: 30.8, gamma: 0.58, alpha: 0.115, beta: 0.147 },
      },
    ],
  },
  {
    id: 'sparsity',
    title: 'Frantar: sparsity',
    formula: 'E + (a * (1 - sparsity)^b + c) / params^alpha + B / tokens^beta',
    response: 'loss',
    variables: ['sparsity', 'params', 'tokens'],
    parameters: [
      floor(),
      coefficient('a', 'share of the size term that density changes', { params: 'alpha' }),
      coefficient('c', 'share of the size term that it does not', { params: 'alpha' }),
      coefficient('B', 'size of the part of the loss that tokens remove', { tokens: 'beta' }),
      exponent('b', 'how the size term changes with density'),
      exponent('alpha', 'how fast the loss falls with parameters that are not zero'),
      exponent('beta', 'how fast the loss falls with tokens'),
    ],
    source: 'Frantar et al. 2023 (arXiv 2309.08520), equation 1: sparsity is the share of zeros',
    caution: 'Sparsity is a share in [0, 1); params are those that are not zero.',
  },
  {
    id: 'learning-rate',
    title: 'DeepSeek: best learning rate by compute',
    formula: 'a / flops^b',
    response: 'learningRate',
    variables: ['flops'],
    parameters: [
      coefficient('a', 'rate at one FLOP', { flops: 'b' }, 'learningRate'),
      exponent('b', 'how fast the best rate falls with compute'),
    ],
    source: 'DeepSeek-AI 2024 (arXiv 2401.02954), section 3.1; compute counted as M D, M non-embedding FLOPs a token',
    caution: 'Another optimiser, schedule or batch has other constants.',
    published: [{ source: 'DeepSeek-AI 2024', conventions: {}, values: { a: 0.3118, b: 0.125 } }],
  },
  {
    id: 'batch-size',
    title: 'DeepSeek: best batch by compute',
    formula: 'a * flops^b',
    response: 'batch',
    variables: ['flops'],
    parameters: [
      coefficient('a', 'batch at one FLOP', { flops: '-b' }, 'batch'),
      exponent('b', 'how fast the best batch grows with compute'),
    ],
    source: 'DeepSeek-AI 2024 (arXiv 2401.02954), section 3.1; the batch in tokens',
    caution: 'Another optimiser, schedule or rate has other constants.',
    published: [{ source: 'DeepSeek-AI 2024', conventions: {}, values: { a: 0.292, b: 0.3271 } }],
  },
  {
    id: 'optimal-params',
    title: 'Best size by compute',
    formula: 'a * flops^b',
    response: 'params',
    variables: ['flops'],
    parameters: [
      coefficient('a', 'best size at one FLOP', { flops: '-b' }, 'params'),
      exponent('b', 'how fast the best size grows with compute'),
    ],
    source: 'Hoffmann et al. 2022 (arXiv 2203.15556), section 3: the line through the optima of each budget',
    caution: 'Of optima only, one a budget: minima at the edge of a profile are none.',
  },
  {
    id: 'optimal-tokens',
    title: 'Best tokens by compute',
    formula: 'a * flops^b',
    response: 'tokens',
    variables: ['flops'],
    parameters: [
      coefficient('a', 'best tokens at one FLOP', { flops: '-b' }, 'tokens'),
      exponent('b', 'how fast the best tokens grow with compute'),
    ],
    source: 'Hoffmann et al. 2022 (arXiv 2203.15556), section 3: the line through the optima of each budget',
    caution: 'Of optima only, one a budget: minima at the edge of a profile are none.',
    published: [
      {
        source: 'DeepSeek-AI 2024 (arXiv 2401.02954), section 3.2: compute as M D, M non-embedding FLOPs a token',
        conventions: {},
        values: { a: 5.8316, b: 0.4757 },
      },
    ],
  },
  {
    id: 'step-law-rate',
    title: 'Step law: best learning rate by parameters and tokens',
    formula: 'a * tokens^q / params^p',
    response: 'learningRate',
    variables: ['params', 'tokens'],
    parameters: [
      coefficient('a', 'rate of one parameter at one token', { params: 'p', tokens: '-q' }, 'learningRate'),
      exponent('p', 'how fast the best rate falls with parameters'),
      exponent('q', 'how fast it grows with tokens'),
    ],
    source: 'Li et al. 2025 (arXiv 2503.04715), equation 1; parameters without embeddings',
    caution: 'AdamW with a fixed final rate; another schedule has other constants.',
    published: [
      { source: 'Li et al. 2025, as printed', conventions: NON_EMBEDDING, values: { a: 1.79, p: 0.713, q: 0.307 } },
      {
        source: 'Li et al. 2025, unrounded means',
        conventions: NON_EMBEDDING,
        values: { a: 1.797, p: 0.71292, q: 0.30749 },
      },
    ],
  },
  {
    id: 'step-law-batch',
    title: 'Step law: best batch by tokens',
    formula: 'a * tokens^b',
    response: 'batch',
    variables: ['tokens'],
    parameters: [
      coefficient('a', 'batch at one token', { tokens: '-b' }, 'batch'),
      exponent('b', 'how fast the best batch grows with tokens'),
    ],
    source: 'Li et al. 2025 (arXiv 2503.04715), equation 1; the batch in tokens',
    published: [
      { source: 'Li et al. 2025, as printed', conventions: {}, values: { a: 0.58, b: 0.571 } },
      { source: 'Li et al. 2025, unrounded means', conventions: {}, values: { a: 0.5807, b: 0.57094 } },
    ],
  },
  {
    id: 'critical-batch',
    title: 'Critical batch by loss',
    formula: 'B / loss^(1/alphaB)',
    response: 'batch',
    variables: ['loss'],
    parameters: [
      positive('B', 'critical batch at a loss of 1', 'token', [1e3, 1e10]),
      exponent('alphaB', 'how the critical batch grows as the loss falls'),
    ],
    source: 'McCandlish et al. 2018 (arXiv 1812.06162); Kaplan et al. 2020 (arXiv 2001.08361), equation 1.4',
    published: [{ source: 'Kaplan et al. 2020, table 3', conventions: {}, values: { B: 2e8, alphaB: 0.21 } }],
  },
  {
    id: 'steps-by-batch',
    title: 'Steps to a loss by batch',
    formula: 'Smin * (1 + Bcrit / batch)',
    response: 'steps',
    variables: ['batch'],
    parameters: [
      positive('Smin', 'steps at an unlimited batch', 'step', [10, 1e6]),
      scaleOf('Bcrit', 'critical batch: twice the least steps', 'batch', [0.01, 100]),
    ],
    source: 'McCandlish et al. 2018 (arXiv 1812.06162), equation 2.11',
    caution: 'Every batch needs its own best learning rate.',
  },
  {
    id: 'downstream-sigmoid',
    title: 'Accuracy by loss: sigmoid',
    formula: 'chance + gain * sigmoid(k * (L0 - loss))',
    response: 'accuracy',
    variables: ['loss'],
    parameters: [
      positive('chance', 'accuracy of guessing', '1', [0, 1]),
      positive('gain', 'accuracy above guessing at a small loss', '1', [0, 1]),
      positive('k', 'steepness', '1/nat', [0.5, 50]),
      scaleOf('L0', 'loss at half of the gain', 'loss', [0.5, 1.5]),
    ],
    source: 'Grattafiori et al. 2024 (arXiv 2407.21783), section 3.2.1; Caballero et al. 2022 for its limits',
    caution:
      'Most single tasks do not follow it: look at the residuals before believing a forecast (Lourie et al. 2025).',
  },
  {
    id: 'downstream-exponential',
    title: 'Error by loss: exponential',
    formula: 'epsilon - k * exp(-(gamma * loss))',
    response: 'error',
    variables: ['loss'],
    parameters: [
      positive('epsilon', 'error of guessing', '1', [0.1, 1]),
      positive('k', 'what a loss of 0 would gain', '1', [0.1, 100]),
      positive('gamma', 'how fast the gain fades with the loss', '1/nat', [0.1, 5]),
    ],
    source: 'Gadre et al. 2024 (arXiv 2403.08540), equation 5',
    caution: 'Averages over many tasks follow it, single tasks rarely.',
  },
  {
    id: 'transfer',
    title: 'Effective data transferred',
    formula: 'k * tokens^alpha * params^beta',
    response: 'transferredTokens',
    variables: ['tokens', 'params'],
    parameters: [
      coefficient('k', 'tokens that pre-training is worth', { tokens: '-alpha', params: '-beta' }, 'token'),
      exponent('alpha', 'how it grows with the tokens of the new task'),
      exponent('beta', 'how it grows with parameters'),
    ],
    source: 'Hernandez et al. 2021 (arXiv 2102.01293), equation 1.1',
    caution: 'Where tokens of the task are few against what is transferred (low-data regime).',
    published: [
      {
        source: 'Hernandez et al. 2021, text to Python (secondary transcription)',
        conventions: NON_EMBEDDING,
        values: { k: 1.9e4, alpha: 0.18, beta: 0.38 },
      },
    ],
  },
  {
    id: 'fine-tuning',
    title: 'Fine-tuning: loss by parameters and tokens of the task',
    formula: 'E + A / (params^alpha * tokens^beta)',
    response: 'loss',
    variables: ['params', 'tokens'],
    parameters: [
      floor(),
      coefficient('A', 'size of the part of the loss that scale removes', { params: 'alpha', tokens: 'beta' }),
      exponent('alpha', 'how fast the loss falls with parameters'),
      exponent('beta', 'how fast the loss falls with tokens of the task'),
    ],
    source: 'Zhang et al. 2024 (arXiv 2402.17193), equation 1: the multiplicative joint law',
    caution: 'Of one task and one method of fine-tuning.',
  },
  {
    id: 'shift-line',
    title: 'Accuracy under shift: a line between probits',
    formula: 'a + b * probit',
    response: 'shiftedProbit',
    variables: ['probit'],
    parameters: [
      signed('a', 'probit of the shifted accuracy at an accuracy of one half', '1', [-3, 3]),
      signed('b', 'slope', '1', [0, 3]),
    ],
    source: 'Miller et al. 2021 (arXiv 2107.04649): accuracies on probit axes',
    caution: 'Models trained on other or more data lie off the line (effective robustness).',
  },
  {
    id: 'mixture',
    title: 'Data mixture: loss by the share of a domain',
    formula: 'c + k * exp(t * share)',
    response: 'loss',
    variables: ['share'],
    parameters: [
      floor('c', 'loss that the share does not change'),
      positive('k', 'loss above it at a share of 0', 'nats/token', [0.01, 10]),
      signed('t', 'how the share changes it', '1', [-10, 3]),
    ],
    source: 'Ye et al. 2024 (arXiv 2403.16952), equation 1 for two domains',
    caution: 'Of one size and one number of tokens.',
  },
];
