import { studentQuantile } from '../../math/distributions.ts';
import { exp } from '../../math/elementary.ts';
import { dot, multiply } from '../../math/linear.ts';
import type { Interval } from '../../terms/fit.ts';
import type { CurveFit } from './fit-curves.ts';

/** Intervals of the parameters, symmetric in their logarithms. Parameters at a bound have none. */
export function curveParameterIntervals(fit: CurveFit, level = 0.95): Record<string, Interval> {
  const { law, parameters, boundsHit, uncertainty } = fit;
  const { centre, covariance, degreesOfFreedom, scale } = uncertainty;
  const t = scale * studentQuantile(0.5 + level / 2, degreesOfFreedom);
  const intervals = law.parameters.map(({ name }, index): [string, Interval] => {
    const slopes = law.parameters.map((_, i) => (i === index ? 1 : 0) as number);
    // log A = coordinate + alpha centre, and the coordinate of alpha is its logarithm.
    if (index === 1) slopes[2] = parameters[law.parameters[2].name] * centre;
    const half = t * Math.sqrt(Math.max(0, dot(slopes, multiply(covariance, slopes))));
    return [name, { level, low: parameters[name] * exp(-half), high: parameters[name] * exp(half) }];
  });
  return Object.fromEntries(intervals.filter(([name]) => !boundsHit.includes(name)));
}
