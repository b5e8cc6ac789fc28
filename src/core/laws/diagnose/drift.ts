import { studentCdf } from '../../math/distributions.ts';
import { exp, log, square } from '../../math/elementary.ts';
import { regress } from '../../math/regression.ts';

/** A rung of the compute frontier. */
interface Rung {
  readonly flops: number;
  readonly loss: number;
}

export interface LocalSlope {
  /** Geometric mean of the two rungs' FLOPs. */
  readonly flops: number;
  /** -d log loss / d log flops between two neighbouring sizes. */
  readonly slope: number;
}

/** Whether the local slope still rises along a ladder. */
export interface DriftVerdict {
  readonly slopes: readonly LocalSlope[];
  /** Probability of a curve at least this steepening under a straight power law; an offset law only flattens. */
  readonly pValue: number;
  /** "The ladder is not yet in its scaling regime". */
  readonly drifts: boolean;
  readonly sentence: string;
}

/** False-alarm rate of the verdict on ladders that follow a power law. */
const LEVEL = 0.02;
/** Least noise (relative, a run) that the test assumes, worth this many runs: a few rungs can lie on a line by chance. */
const NOISE_FLOOR = 0.004;
const FLOOR_RUNS = 3;

/** Rungs of equal FLOPs (seeds) become one, at the geometric mean of their losses; ascending in FLOPs. */
export function mergeRungs(rungs: readonly Rung[]): Rung[] {
  const byFlops = Map.groupBy(rungs, ({ flops }) => flops);
  return [...byFlops]
    .map(([flops, same]) => ({
      flops,
      loss: exp(same.reduce((sum, { loss }) => sum + log(loss), 0) / same.length),
    }))
    .sort((a, b) => a.flops - b.flops);
}

/**
 * Tests whether log loss bends downwards over log FLOPs: the quadratic term of a regression against Student's t, one-sided.
 * A ladder whose slope rises has not reached the regime in which a law holds, and any law fitted to it promises too little.
 */
export function testDrift(rungs: readonly Rung[]): DriftVerdict {
  const merged = mergeRungs(rungs);
  const slopes = merged.slice(1).map((rung, index) => {
    const before = merged[index];
    return {
      flops: Math.sqrt(rung.flops * before.flops),
      slope: -log(rung.loss / before.loss) / log(rung.flops / before.flops),
    };
  });
  const pValue = steepeningPValue(merged);
  const drifts = pValue < LEVEL;
  const listed = slopes.map(({ slope }) => slope.toFixed(3).replace(/^0/, '')).join(' ');
  const sentence = drifts
    ? `The ladder is not yet in its scaling regime: its local slope still rises (${listed}; p = ${pValue.toFixed(3)}).`
    : `The local slope does not rise along the ladder (${listed}).`;
  return { slopes, pValue, drifts, sentence };
}

function steepeningPValue(rungs: readonly Rung[]): number {
  if (rungs.length < 4) return 1;
  const centre = rungs.reduce((sum, { flops }) => sum + log(flops), 0) / rungs.length;
  const x = rungs.map(({ flops }) => log(flops) - centre);
  const fit = regress(
    x.map((value) => [1, value, value * value]),
    rungs.map(({ loss }) => log(loss)),
  );
  if (!fit) return 1;
  const degrees = fit.degrees + FLOOR_RUNS;
  const variance = (fit.residualSum + FLOOR_RUNS * square(NOISE_FLOOR)) / degrees;
  return studentCdf(fit.coefficients[2] / Math.sqrt(variance * fit.inverse[2][2]), degrees);
}
