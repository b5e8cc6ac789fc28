import type { Law, LawParameter } from '../../terms/law.ts';
import { coefficient, exponent, floor, positive, scaleOf, signed } from './parts.ts';

/** Laws of one variable, written over compute; `--map flops=COLUMN` fits them over tokens, samples or parameters. */

const HUGE = 1e300;
const A = coefficient('A', 'size of the part of the loss that scale removes', { flops: 'alpha' });
const ALPHA = exponent('alpha', 'how fast the loss falls with scale');

/** One break of a broken power law, looked for between `range` times the geometric mean of the scale. */
const breakOf = (k: string, range: readonly [number, number]): LawParameter[] => [
  signed(`c${k}`, `change of the exponent at break ${k}`, '1', [-0.5, 0.5]),
  scaleOf(`d${k}`, `where break ${k} lies`, 'flops', range),
  {
    name: `f${k}`,
    meaning: `width of break ${k}: small is sharp`,
    unit: '1',
    lower: 0.02,
    upper: 5,
    start: [0.1, 1],
  },
];

export const CURVES: readonly Law[] = [
  {
    id: 'linear',
    title: 'Straight line',
    formula: 'a + b * flops',
    response: 'loss',
    variables: ['flops'],
    parameters: [
      signed('a', 'loss at scale 0', 'nats/token', [-10, 10]),
      signed('b', 'slope', 'nats/token/FLOP', [-1, 1]),
    ],
    source: 'the null hypothesis of any scaling study',
    caution: 'It goes below 0. Fit it with linear residuals, to see whether a law does better.',
  },
  {
    id: 'log-linear',
    title: 'Straight line over the logarithm',
    formula: 'a + b * log(flops)',
    response: 'loss',
    variables: ['flops'],
    parameters: [
      signed('a', 'loss at scale 1', 'nats/token', [-10, 10]),
      signed('b', 'change for e times the scale', 'nats/token', [-1, 1]),
    ],
    source:
      'Kaplan et al. 2020 (arXiv 2001.08361), section 6.3: where a power law of small exponent is seen over a short range',
    caution: 'It goes below 0 and has no floor.',
  },
  {
    id: 'power-law',
    title: 'Power law',
    formula: 'A / flops^alpha',
    response: 'loss',
    variables: ['flops'],
    parameters: [A, ALPHA],
    source: 'Hestness et al. 2017 (arXiv 1712.00409), section 3; M1 of Alabdulmohsin et al. 2022 (arXiv 2209.06640)',
    caution: 'It has no floor: far beyond the data it promises a loss of 0.',
  },
  {
    id: 'power-law-offset',
    title: 'Power law with offset',
    formula: 'E + A / flops^alpha',
    response: 'loss',
    variables: ['flops'],
    parameters: [floor(), A, ALPHA],
    source: 'Henighan et al. 2020 (arXiv 2010.14701), equation 1.1; M2 of Alabdulmohsin et al. 2022 (arXiv 2209.06640)',
    caution: 'Few runs over less than a decade cannot tell the floor from a smaller exponent.',
  },
  {
    id: 'm3',
    title: 'M3: power law that saturates',
    formula: 'E + A * (1/flops + 1/K)^alpha',
    response: 'loss',
    variables: ['flops'],
    parameters: [floor(), A, scaleOf('K', 'scale beyond which nothing is gained', 'flops', [1, 1e4]), ALPHA],
    source:
      'Alabdulmohsin et al. 2022 (arXiv 2209.06640), M3: beta (x^-1 + gamma)^-c + E with K = 1 / gamma, alpha = -c',
    caution: 'Where the data do not reach K, it is the power law with offset; E and K are then not determined apart.',
  },
  {
    id: 'm4',
    title: 'M4: power law with offset and random-guessing level',
    formula: 'solve(y, E, E0, (y - E) / (1 - y / E0)^gamma - A / flops^alpha)',
    response: 'loss',
    variables: ['flops'],
    parameters: [
      floor(),
      {
        name: 'E0',
        meaning: 'loss before anything is learnt',
        unit: 'nats/token',
        lower: 0,
        upper: HUGE,
        start: 'above-response',
      },
      A,
      ALPHA,
      { name: 'gamma', meaning: 'shape of the approach to E0', unit: '1', lower: 1e-3, upper: 5, start: [0.05, 3] },
    ],
    // Published as (y - E) / (E0 - y)^gamma = beta / flops^alpha. With A = beta E0^gamma the fit is far better conditioned, and
    // the law tends to the power law with offset as E0 grows.
    source: 'Alabdulmohsin et al. 2022 (arXiv 2209.06640), M4, with beta = A / E0^gamma',
    caution: 'Five parameters: with fewer than about ten runs it follows the noise.',
  },
  {
    id: 'bnsl',
    title: 'Broken power law with one break',
    formula: 'E + A / flops^alpha * exp(-(c1 * f1 * log1p((flops/d1)^(1/f1))))',
    response: 'loss',
    variables: ['flops'],
    parameters: [floor(), A, ALPHA, ...breakOf('1', [0.02, 50])],
    source: 'Caballero et al. 2022 (arXiv 2210.14891), equation 1 with n = 1',
    caution: 'Six parameters, and what comes after the last break is not in the data before it.',
  },
  {
    id: 'bnsl-2',
    title: 'Broken power law with two breaks',
    formula: 'E + A / flops^alpha * exp(-sum(i, 1, 2, c_i * f_i * log1p((flops/d_i)^(1/f_i))))',
    response: 'loss',
    variables: ['flops'],
    // Breaks may change places: the first is looked for at smaller scales than the second.
    parameters: [floor(), A, ALPHA, ...breakOf('1', [0.02, 5]), ...breakOf('2', [0.2, 50])],
    source: 'Caballero et al. 2022 (arXiv 2210.14891), equation 1 with n = 2',
    caution:
      'Nine parameters: it needs some forty points, and what comes after the last break is not in the data before it.',
  },
  {
    id: 'exponential',
    title: 'Exponential decay to a floor',
    formula: 'E + A * exp(-flops / K)',
    response: 'loss',
    variables: ['flops'],
    parameters: [
      floor(),
      positive('A', 'loss above the floor at scale 0', 'nats/token', [0.01, 10]),
      scaleOf('K', 'scale over which it falls by e', 'flops', [0.05, 100]),
    ],
    source: 'Viering and Loog 2021 (arXiv 2103.10948), table 1, exp3',
    caution: 'It promises its floor within a few K: learning curves rarely do.',
  },
];
