import { exp } from '../math/elementary.ts';
import type { Conventions } from '../terms/conventions.ts';
import { IsoflopError } from '../terms/errors.ts';
import type { Law, LawParameter } from '../terms/law.ts';

const HUGE = 1e300;
const exponent = (name: string, of: string): LawParameter => ({
  name,
  meaning: `how fast the loss falls with ${of}`,
  unit: '1',
  lower: 1e-3,
  upper: 5,
  start: [0.03, 1.2],
});
const coefficient = (name: string, of: string, by: string, power: string): LawParameter => ({
  name,
  meaning: `size of the part of the loss that ${of} removes`,
  unit: `nats/token x ${by}^${power}`,
  lower: 0,
  upper: HUGE,
  centre: { [by]: power },
  start: [0.01, 10],
});
const IRREDUCIBLE: LawParameter = {
  name: 'E',
  meaning: 'irreducible loss: what remains at infinite scale',
  unit: 'nats/token',
  lower: 0,
  upper: HUGE,
  start: 'below-response',
};

/** All parameters, embeddings among them, and six FLOPs for each and each token. */
const CHINCHILLA_COUNTS: Partial<Conventions> = { params: 'total', flops: '6ND', loss: 'nats/token' };

/** The laws that isoflop knows, each with its source and what was published for it. */
export const CATALOGUE: readonly Law[] = [
  {
    id: 'power-law',
    title: 'Power law',
    formula: 'A / flops^alpha',
    response: 'loss',
    variables: ['flops'],
    parameters: [coefficient('A', 'compute', 'flops', 'alpha'), exponent('alpha', 'compute')],
    source: 'Hestness et al. 2017 (arXiv 1712.00409), section 3; M1 of Alabdulmohsin et al. 2022 (arXiv 2209.06640)',
    caution: 'It has no floor: far beyond the data it promises a loss of 0.',
  },
  {
    id: 'power-law-offset',
    title: 'Power law with offset',
    formula: 'E + A / flops^alpha',
    response: 'loss',
    variables: ['flops'],
    parameters: [IRREDUCIBLE, coefficient('A', 'compute', 'flops', 'alpha'), exponent('alpha', 'compute')],
    source: 'Henighan et al. 2020 (arXiv 2010.14701), equation 1.1; M2 of Alabdulmohsin et al. 2022 (arXiv 2209.06640)',
    caution: 'Few runs over less than a decade cannot tell the floor from a smaller exponent.',
  },
  {
    id: 'm4',
    title: 'M4: power law with offset and random-guessing level',
    formula: 'solve(y, E, E0, (y - E) / (1 - y / E0)^gamma - A / flops^alpha)',
    response: 'loss',
    variables: ['flops'],
    parameters: [
      IRREDUCIBLE,
      {
        name: 'E0',
        meaning: 'loss before anything is learnt',
        unit: 'nats/token',
        lower: 0,
        upper: HUGE,
        start: 'above-response',
      },
      coefficient('A', 'compute', 'flops', 'alpha'),
      exponent('alpha', 'compute'),
      { name: 'gamma', meaning: 'shape of the approach to E0', unit: '1', lower: 1e-3, upper: 5, start: [0.05, 3] },
    ],
    // Published as (y - E) / (E0 - y)^gamma = beta / flops^alpha. With A = beta E0^gamma the fit is far better conditioned, and
    // the law tends to the power law with offset as E0 grows.
    source: 'Alabdulmohsin et al. 2022 (arXiv 2209.06640), M4, with beta = A / E0^gamma',
    caution: 'Five parameters: with fewer than about ten runs it follows the noise.',
  },
  {
    id: 'chinchilla',
    title: 'Chinchilla: loss by parameters and tokens',
    formula: 'E + A / params^alpha + B / tokens^beta',
    response: 'loss',
    variables: ['params', 'tokens'],
    parameters: [
      IRREDUCIBLE,
      coefficient('A', 'parameters', 'params', 'alpha'),
      coefficient('B', 'tokens', 'tokens', 'beta'),
      exponent('alpha', 'parameters'),
      exponent('beta', 'tokens'),
    ],
    source: 'Hoffmann et al. 2022 (arXiv 2203.15556), equation 10',
    caution: 'Parameters and tokens must vary apart from each other; all runs need finished learning-rate schedules.',
    published: [
      {
        source: 'Hoffmann et al. 2022, rounded as printed',
        conventions: CHINCHILLA_COUNTS,
        values: { E: 1.69, A: 406.4, B: 410.7, alpha: 0.34, beta: 0.28 },
      },
      {
        source: 'Hoffmann et al. 2022, unrounded from the TeX source (a = 6.0073404, b = 6.0179186, e = .5267228)',
        conventions: CHINCHILLA_COUNTS,
        values: {
          E: exp(0.5267228),
          A: exp(6.0073404),
          B: exp(6.0179186),
          alpha: 0.33917084,
          beta: 0.2849083,
        },
      },
      {
        source: 'Besiroglu et al. 2024 (arXiv 2404.10102), as printed in the abstract',
        conventions: CHINCHILLA_COUNTS,
        values: { E: 1.8172, A: 482.01, B: 2085.43, alpha: 0.3478, beta: 0.3658 },
      },
      {
        source: 'Besiroglu et al. 2024, from the released notebook',
        conventions: CHINCHILLA_COUNTS,
        values: { E: 1.81686, A: 482.006, B: 2085.434, alpha: 0.34781, beta: 0.36585 },
      },
    ],
  },
];

/** A law of the catalogue by its id. */
export function lawById(id: string): Law {
  const law = CATALOGUE.find((one) => one.id === id);
  if (law) return law;
  throw new IsoflopError('invalid-input', `no law is called '${id}'`, {
    hint: `Known: ${CATALOGUE.map((one) => one.id).join(', ')}.`,
  });
}
