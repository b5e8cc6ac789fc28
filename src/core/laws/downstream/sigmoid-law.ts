import type { Law, LawParameter } from '../../terms/law.ts';

/**
 * Small models do not tell what the best will reach: a free ceiling bends down to the best of them. The released code of Ruan et al.
 * 2024 holds it within .2 of 1, too.
 */
const LOWEST_GAIN = 0.8;

/** A logit that changes by more with one standard deviation is a step. */
const STEEPEST = 50;

const weight = (name: string, meaning: string): LawParameter => ({
  name,
  meaning,
  unit: '1',
  signed: true,
  lower: -STEEPEST,
  upper: STEEPEST,
  start: [-4, 4],
});

/** chance + (gain - chance) sigmoid(w0 + w1 x1 + ...): a score that is a sigmoid of a sum of standardised predictors. */
export function sigmoidLaw(predictors: readonly string[], chance: number): Law {
  const sum = ['w0', ...predictors.map((name, index) => `w${index + 1} * ${name}`)].join(' + ');
  return {
    id: `sigmoid of ${predictors.join(', ')}`,
    title: 'Score by a sigmoid',
    formula: chance > 0 ? `${chance} + (gain - ${chance}) * sigmoid(${sum})` : `gain * sigmoid(${sum})`,
    response: 'score',
    variables: predictors,
    parameters: [
      {
        name: 'gain',
        meaning: 'score that the best models tend to',
        unit: '1',
        lower: LOWEST_GAIN,
        upper: 1,
        start: [LOWEST_GAIN, 1],
      },
      weight('w0', 'logit at the mean of the predictors'),
      ...predictors.map((name, index) => weight(`w${index + 1}`, `change of the logit with ${name}`)),
    ],
    source: 'Ruan et al. 2024 (arXiv 2405.10938), equation 3: h sigmoid(beta S + alpha), h at most 1',
  };
}
