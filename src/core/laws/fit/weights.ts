import { IsoflopError } from '../../terms/errors.ts';
import type { Observations } from '../../terms/observation.ts';
import { didYouMean, listed } from '../../terms/names.ts';

/**
 * What each row's penalty is multiplied by: its weight over the mean weight, so that only their proportions matter. A weight says how
 * precise a row is: twice the weight, half the variance.
 */
export function weightsOf(data: Observations, name: string | undefined): Float64Array | undefined {
  if (name === undefined) return undefined;
  if (!Object.hasOwn(data.columns, name)) {
    const names = Object.keys(data.columns);
    throw new IsoflopError('missing', `there is no column '${name}' of weights`, {
      hint: `${didYouMean(name, names)}The table has ${listed(names)}.`,
    });
  }
  const weights = data.columns[name];
  const bad = weights.findIndex((value) => !(Number.isFinite(value) && value > 0));
  if (bad >= 0) {
    const place = data.lines ? `on line ${data.lines[bad]}` : `in row ${bad + 1}`;
    throw new IsoflopError('invalid-input', `the weight '${name}' is ${weights[bad]} ${place}`, {
      hint: 'A weight is a finite number above 0; leave a row out with --where, not by its weight.',
    });
  }
  // By the largest first, so that neither huge nor tiny weights leave the range of numbers.
  const largest = weights.reduce((most, value) => Math.max(most, value), 0);
  const shares = weights.map((value) => value / largest);
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  return shares.map((share) => share / mean);
}
