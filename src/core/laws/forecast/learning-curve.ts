import { log, square } from '../../math/elementary.ts';
import { mean } from '../../math/means.ts';
import { IsoflopError } from '../../terms/errors.ts';

/** A measured point of a learning curve: x is samples, tokens, steps or another cost, above 0; the loss is above 0. */
export interface CurvePoint {
  readonly x: number;
  readonly loss: number;
}

/** A learning curve in logarithms, in order of x, one value an x. */
export interface LearningCurve {
  readonly logX: readonly number[];
  readonly logLoss: readonly number[];
}

/** Orders points by x and takes the mean of log losses at the same x. Throws on what has no logarithm. */
export function learningCurve(points: readonly CurvePoint[]): LearningCurve {
  for (const { x, loss } of points) {
    if (!(x > 0 && Number.isFinite(x)) || !(loss > 0 && Number.isFinite(loss))) {
      throw new IsoflopError(
        'invalid-input',
        `a learning curve takes x and loss above 0, got x ${x} with loss ${loss}`,
        {
          hint: 'Leave such rows out, as with --where "steps > 0".',
        },
      );
    }
  }
  const groups = [...Map.groupBy(points, ({ x }) => x)].sort(([a], [b]) => a - b);
  return {
    logX: groups.map(([x]) => log(x)),
    logLoss: groups.map(([, same]) => mean(same.map(({ loss }) => log(loss)))),
  };
}

/** The first `count` points. */
export const firstPoints = ({ logX, logLoss }: LearningCurve, count: number): LearningCurve => ({
  logX: logX.slice(0, count),
  logLoss: logLoss.slice(0, count),
});

/** Means over windows of equal width in log x, counted back from the last point, so that dense logs weigh like sparse ones. */
export function thinned({ logX, logLoss }: LearningCurve, windows: number): LearningCurve {
  const last = logX.at(-1)!;
  const width = (last - logX[0]) / windows;
  // The first point lies at the far edge of the last window.
  const windowOf = (x: number): number => (width > 0 ? Math.min(windows - 1, Math.floor((last - x) / width)) : 0);
  const groups = [...Map.groupBy(logX.keys(), (index) => windowOf(logX[index])).values()];
  return {
    logX: groups.map((group) => mean(group.map((index) => logX[index]))),
    logLoss: groups.map((group) => mean(group.map((index) => logLoss[index]))),
  };
}

/**
 * Standard deviation of single log losses about a smooth curve: each against the chord of its neighbours (Gasser, Sroka and
 * Jennen-Steinmetz 1986). 0 with fewer than three points.
 */
export function scatterOf({ logX, logLoss }: LearningCurve): number {
  let sum = 0;
  for (let i = 1; i + 1 < logX.length; i++) {
    const share = (logX[i] - logX[i - 1]) / (logX[i + 1] - logX[i - 1]);
    const off = logLoss[i] - (1 - share) * logLoss[i - 1] - share * logLoss[i + 1];
    sum += square(off) / (1 + square(share) + square(1 - share));
  }
  return logX.length > 2 ? Math.sqrt(sum / (logX.length - 2)) : 0;
}

/** Points that tell the scatter of the tail: at most so many, within this factor of the last x, but not fewer than a handful. */
const TAIL = { most: 24, fewest: 5, factor: 4 } as const;

/** The last part of a curve, where it has its present shape. */
export function tailOf({ logX, logLoss }: LearningCurve): LearningCurve {
  const near = logX.findIndex((x) => x >= logX.at(-1)! - log(TAIL.factor));
  const from = Math.max(0, logX.length - TAIL.most, Math.min(near, logX.length - TAIL.fewest));
  return { logX: logX.slice(from), logLoss: logLoss.slice(from) };
}
