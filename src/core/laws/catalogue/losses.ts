import { exp } from '../../math/elementary.ts';
import type { Law, PublishedConstants } from '../../terms/law.ts';
import { coefficient, exponent, floor, NON_EMBEDDING, positive, scaleOf, TOTAL_6ND } from './parts.ts';

/** Laws of the loss of language models by parameters, tokens and what else was varied. */

const OF_PARAMS = coefficient('A', 'size of the part of the loss that parameters remove', { params: 'alpha' });
const OF_TOKENS = coefficient('B', 'size of the part of the loss that tokens remove', { tokens: 'beta' });
const ALPHA = exponent('alpha', 'how fast the loss falls with parameters');
const BETA = exponent('beta', 'how fast the loss falls with tokens');

const HOFFMANN_UNROUNDED: PublishedConstants = {
  source: 'Hoffmann et al. 2022, unrounded from the TeX source (a = 6.0073404, b = 6.0179186, e = .5267228)',
  conventions: TOTAL_6ND,
  values: { E: exp(0.5267228), A: exp(6.0073404), B: exp(6.0179186), alpha: 0.33917084, beta: 0.2849083 },
};

const EFFECTIVE_PARAMS = 'min(params, G2 * uniqueTokens)';
const repeated = (base: string, of: string, limit: string): string =>
  `(${base} + ${base} * ${limit} * (1 - exp(-(${of} / (${base}) - 1) / ${limit})))`;

export const LOSSES: readonly Law[] = [
  {
    id: 'kaplan-n',
    title: 'Kaplan: loss by parameters',
    formula: '(Nc / params)^alphaN',
    response: 'loss',
    variables: ['params'],
    parameters: [
      scaleOf('Nc', 'parameters at a loss of 1', 'params', [1, 1e12]),
      exponent('alphaN', 'how fast the loss falls with parameters'),
    ],
    source: 'Kaplan et al. 2020 (arXiv 2001.08361), equation 1.1',
    caution: 'Tokens must not limit any of the runs.',
    published: [
      { source: 'Kaplan et al. 2020, table 5', conventions: NON_EMBEDDING, values: { Nc: 8.8e13, alphaN: 0.076 } },
    ],
  },
  {
    id: 'kaplan-d',
    title: 'Kaplan: loss by tokens',
    formula: '(Dc / tokens)^alphaD',
    response: 'loss',
    variables: ['tokens'],
    parameters: [
      scaleOf('Dc', 'tokens at a loss of 1', 'tokens', [1, 1e12]),
      exponent('alphaD', 'how fast the loss falls with tokens'),
    ],
    source: 'Kaplan et al. 2020 (arXiv 2001.08361), equation 1.2',
    caution: 'Parameters must not limit any of the runs; training stops early.',
    published: [
      { source: 'Kaplan et al. 2020, table 5', conventions: NON_EMBEDDING, values: { Dc: 5.4e13, alphaD: 0.095 } },
    ],
  },
  {
    id: 'kaplan-c',
    title: 'Kaplan: loss by compute',
    formula: '(Cc / flops)^alphaC',
    response: 'loss',
    variables: ['flops'],
    parameters: [
      scaleOf('Cc', 'FLOPs at a loss of 1', 'flops', [1, 1e15]),
      exponent('alphaC', 'how fast the loss falls with compute'),
    ],
    source: 'Kaplan et al. 2020 (arXiv 2001.08361), equation 1.3 (1 PF-day is 8.64e19 FLOPs)',
    caution: 'It follows the envelope of the best runs at each compute, at a batch far below the critical one.',
    published: [
      {
        source: 'Kaplan et al. 2020, table 5: C_min, 3.1e8 PF-days',
        conventions: NON_EMBEDDING,
        values: { Cc: 3.1e8 * 8.64e19, alphaC: 0.05 },
      },
    ],
  },
  {
    id: 'kaplan-nd',
    title: 'Kaplan: loss by parameters and tokens',
    formula: '((Nc / params)^(alphaN / alphaD) + Dc / tokens)^alphaD',
    response: 'loss',
    variables: ['params', 'tokens'],
    parameters: [
      scaleOf('Nc', 'parameters at a loss of 1, tokens without limit', 'params', [1, 1e12]),
      scaleOf('Dc', 'tokens at a loss of 1, parameters without limit', 'tokens', [1, 1e12]),
      exponent('alphaN', 'how fast the loss falls with parameters'),
      exponent('alphaD', 'how fast the loss falls with tokens'),
    ],
    source: 'Kaplan et al. 2020 (arXiv 2001.08361), equation 1.5',
    caution: 'It has no irreducible loss.',
    published: [
      {
        source: 'Kaplan et al. 2020, table 2',
        conventions: NON_EMBEDDING,
        values: { Nc: 6.4e13, Dc: 1.8e13, alphaN: 0.076, alphaD: 0.103 },
      },
    ],
  },
  {
    id: 'kaplan-ns',
    title: 'Kaplan: loss by parameters and steps',
    formula: '(Nc / params)^alphaN + (Sc / steps)^alphaS',
    response: 'loss',
    variables: ['params', 'steps'],
    parameters: [
      scaleOf('Nc', 'parameters at a loss of 1, steps without limit', 'params', [1e-3, 1e12]),
      scaleOf('Sc', 'steps at a loss of 1, parameters without limit', 'steps', [1e-3, 1e6]),
      exponent('alphaN', 'how fast the loss falls with parameters'),
      exponent('alphaS', 'how fast the loss falls with steps'),
    ],
    source: 'Kaplan et al. 2020 (arXiv 2001.08361), equation 1.6; steps at a batch far above the critical one',
    caution: 'Steps after the warm-up only.',
    published: [
      {
        source: 'Kaplan et al. 2020, table 3',
        conventions: NON_EMBEDDING,
        values: { Nc: 6.5e13, Sc: 2100, alphaN: 0.077, alphaS: 0.76 },
      },
    ],
  },
  {
    id: 'chinchilla',
    title: 'Chinchilla: loss by parameters and tokens',
    formula: 'E + A / params^alpha + B / tokens^beta',
    response: 'loss',
    variables: ['params', 'tokens'],
    parameters: [floor(), OF_PARAMS, OF_TOKENS, ALPHA, BETA],
    source: 'Hoffmann et al. 2022 (arXiv 2203.15556), equation 10',
    caution: 'Parameters and tokens must vary apart from each other; all runs need finished learning-rate schedules.',
    published: [
      {
        source: 'Hoffmann et al. 2022, rounded as printed',
        conventions: TOTAL_6ND,
        values: { E: 1.69, A: 406.4, B: 410.7, alpha: 0.34, beta: 0.28 },
      },
      HOFFMANN_UNROUNDED,
      {
        source: 'Besiroglu et al. 2024 (arXiv 2404.10102), as printed in the abstract',
        conventions: TOTAL_6ND,
        values: { E: 1.8172, A: 482.01, B: 2085.43, alpha: 0.3478, beta: 0.3658 },
      },
      {
        source: 'Besiroglu et al. 2024, from the released notebook',
        conventions: TOTAL_6ND,
        values: { E: 1.81686, A: 482.006, B: 2085.434, alpha: 0.34781, beta: 0.36585 },
      },
    ],
  },
  {
    id: 'chinchilla-tied',
    title: 'Chinchilla with one exponent',
    formula: 'E + A / params^alpha + B / tokens^alpha',
    response: 'loss',
    variables: ['params', 'tokens'],
    parameters: [
      floor(),
      OF_PARAMS,
      coefficient('B', 'size of the part of the loss that tokens remove', { tokens: 'alpha' }),
      exponent('alpha', 'how fast the loss falls with parameters and with tokens'),
    ],
    source: 'Muennighoff et al. 2023 (arXiv 2305.16264), section 3: equal exponents',
    caution: 'It fixes the best size to a constant share of the tokens at every compute.',
  },
  {
    id: 'data-constrained',
    title: 'Muennighoff: repeated data',
    // U_N = min(N, N_opt(U)), with N_opt(U) = G^2 U for one exponent (G2 = (A / B)^(1 / alpha)).
    formula:
      `E + A / ${repeated(EFFECTIVE_PARAMS, 'params', 'RN')}^alpha + B / ${repeated('min(tokens, uniqueTokens)', 'tokens', 'RD')}^alpha`.replaceAll(
        'G2',
        '(A/B)^(1/alpha)',
      ),
    response: 'loss',
    variables: ['params', 'tokens', 'uniqueTokens'],
    parameters: [
      floor(),
      { ...OF_PARAMS, start: [0.05, 50] },
      {
        ...coefficient('B', 'size of the part of the loss that tokens remove', { tokens: 'alpha' }),
        start: [0.05, 50],
      },
      exponent('alpha', 'how fast the loss falls with parameters and with tokens'),
      positive(
        'RN',
        'parameters beyond the best size that are still worth something, as multiples of it',
        '1',
        [1, 30],
      ),
      positive('RD', 'epochs beyond the first over which repeated tokens lose their worth by e', '1', [1, 50]),
    ],
    source: 'Muennighoff et al. 2023 (arXiv 2305.16264), equations 5 and 6, with one exponent',
    caution: 'Needs runs with and without repeated data; beyond some 40 epochs a loss may rise, which the law cannot.',
    published: [
      {
        source: 'Muennighoff et al. 2023, from the released code (a 6.255414, b 7.3049974, e .6254804)',
        conventions: TOTAL_6ND,
        values: {
          E: exp(0.6254804),
          A: exp(6.255414),
          B: exp(7.3049974),
          alpha: 0.3526596,
          RN: 5.309743,
          RD: 15.387756,
        },
      },
    ],
  },
  {
    id: 'over-training',
    title: 'Gadre: over-training',
    formula: 'E + (a * (tokens/params)^eta + b / (tokens/params)^eta) / flops^eta',
    response: 'loss',
    variables: ['params', 'tokens', 'flops'],
    parameters: [
      floor(),
      coefficient('a', 'what a token too many a parameter costs', { flops: 'eta' }),
      coefficient('b', 'what a token too few a parameter costs', { flops: 'eta' }),
      exponent('eta', 'how fast the loss falls with compute at any ratio'),
    ],
    source: 'Gadre et al. 2024 (arXiv 2403.08540), equation 4: M = tokens / params, C = 6 params tokens',
    caution: 'Parameters and tokens share one exponent: it is Chinchilla with alpha = beta = 2 eta.',
  },
  {
    id: 'width-depth',
    title: 'Gemstones: loss by width, depth and tokens',
    formula: 'E + A / width^alpha + B / depth^beta + C / tokens^gamma',
    response: 'loss',
    variables: ['width', 'depth', 'tokens'],
    parameters: [
      floor(),
      coefficient('A', 'size of the part of the loss that width removes', { width: 'alpha' }),
      coefficient('B', 'size of the part of the loss that depth removes', { depth: 'beta' }),
      coefficient('C', 'size of the part of the loss that tokens remove', { tokens: 'gamma' }),
      exponent('alpha', 'how fast the loss falls with width'),
      exponent('beta', 'how fast the loss falls with depth'),
      exponent('gamma', 'how fast the loss falls with tokens'),
    ],
    source: 'McLeish et al. 2025 (arXiv 2502.06857), the additive form over width, depth and tokens',
    caution: 'Width and depth must vary apart from each other.',
  },
  {
    id: 'precision',
    title: 'Kumar: precision of the weights',
    formula: 'E + A / (params * (1 - exp(-bits / gamma)))^alpha + B / tokens^beta',
    response: 'loss',
    variables: ['params', 'tokens', 'bits'],
    parameters: [
      floor(),
      OF_PARAMS,
      OF_TOKENS,
      ALPHA,
      BETA,
      positive('gamma', 'bits over which weights gain their worth by e', 'bit', [0.5, 10]),
    ],
    source: 'Kumar et al. 2024 (arXiv 2411.04330), equation 3 with the precision of the weights alone',
    caution: 'Training in low precision, not quantisation afterwards.',
  },
  {
    id: 'vocabulary',
    title: 'Tao: vocabulary',
    formula: 'A / params^alpha + V / vocabularyParams^nu + B / tokens^beta - E',
    response: 'loss',
    variables: ['params', 'vocabularyParams', 'tokens'],
    parameters: [
      positive('E', 'level that the normalised loss tends to, below 0', 'nats/token', [0.1, 10]),
      OF_PARAMS,
      coefficient('V', 'size of the part of the loss that the vocabulary removes', { vocabularyParams: 'nu' }),
      OF_TOKENS,
      ALPHA,
      exponent('nu', 'how fast the loss falls with the parameters of the vocabulary'),
      BETA,
    ],
    source: 'Tao et al. 2024 (arXiv 2407.13623), equation 6: the loss normalised by the unigram loss',
    caution: 'The loss is normalised by that of unigram frequencies and may be negative: fit it with linear residuals.',
  },
];
