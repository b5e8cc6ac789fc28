import { percentileInterval } from '../../math/percentiles.ts';
import { Random } from '../../math/random.ts';
import type { Fit, Interval } from '../../terms/fit.ts';
import type { Observations } from '../../terms/observation.ts';
import type { ProgressListener } from '../../terms/progress.ts';
import { refit } from '../fit/graduate.ts';
import { Problem } from '../fit/problem.ts';
import { weightsOf } from '../fit/weights.ts';

export interface BootstrapOptions {
  /** Resamples. Default 200. */
  readonly draws?: number;
  /** Number of the first draw, where the draws are a part of more. Default 0. */
  readonly first?: number;
  readonly seed?: number;
  readonly level?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: ProgressListener;
}

/**
 * Parameters refitted to resamples of whole runs, each draw from a stream of its own: all rows of a run come and go together,
 * since they share its noise (Efron and Tibshirani 1993, chapter 8). Gives [draw][parameter] in the law's order.
 */
export function bootstrapFits(fit: Fit, data: Observations, options: BootstrapOptions = {}): number[][] {
  const { draws = 200, first = 0, seed = 1 } = options;
  const runs = [...new Set(data.runs)];
  const place = new Map(runs.map((run, index) => [run, index]));
  const runOfRow = data.runs.map((run) => place.get(run)!);
  const weights = weightsOf(data, fit.weights);
  const start = new Problem(fit.law, data, fit.objectiveKind);
  const theta = start.coordinates.toTheta(fit.law.parameters.map(({ name }) => fit.parameters[name]));
  return Array.from({ length: draws }, (_, draw) => {
    options.signal?.throwIfAborted();
    if (draw % 20 === 0) options.onProgress?.({ stage: 'bootstrap', done: draw, total: draws });
    const random = new Random(seed, first + draw);
    const counts = new Float64Array(runs.length);
    for (let pick = 0; pick < runs.length; pick++) counts[random.integer(runs.length)] += 1;
    const problem = start.reweighted(Float64Array.from(runOfRow, (run, row) => counts[run] * (weights?.[row] ?? 1)));
    return problem.coordinates.toRaw(refit(problem, theta).theta);
  });
}

/** Percentile intervals of the parameters over bootstrap draws. */
export function percentileIntervals(
  fit: Fit,
  draws: readonly (readonly number[])[],
  level = 0.95,
): Record<string, Interval> {
  return Object.fromEntries(
    fit.law.parameters.map(({ name }, index) => [
      name,
      percentileInterval(
        draws.map((draw) => draw[index]),
        level,
      ),
    ]),
  );
}
