import { selectLaw } from '../../src/core/laws/index.ts';
import type { CandidateLaw, Observations } from '../../src/core/laws/index.ts';
import { Random } from '../../src/core/math/random.ts';

/** Curves that obey no law: only the last value, or the mean of the last, tells of the next. */
export const NOISE_KINDS = ['random walk', 'flat noise'] as const;
export type NoiseKind = (typeof NOISE_KINDS)[number];

const REACHES = [1.2, 2, 4];

/** 8 to 37 points, 1 to 6 to a doubling, with steps of a tenth of a percent to five percent. */
function noiseCurve(kind: NoiseKind, random: Random): Observations {
  const [n, perDoubling] = [8 + random.integer(30), 1 + random.integer(6)];
  const scale = 0.001 * 50 ** random.next();
  let level = 0;
  const value = (): number => {
    const step = scale * random.normal();
    level += step;
    return 0.5 * Math.exp(kind === 'flat noise' ? step : level);
  };
  const x = Array.from({ length: n }, (_, index) => 1000 * 2 ** (index / perDoubling));
  const columns = { flops: Float64Array.from(x), loss: Float64Array.from(x, value) };
  return { rows: n, columns, runs: x.map((_, row) => `${row}`), conventions: {}, exclusions: [] };
}

/** How often a law, or an average of laws, is taken for such curves. */
export function shareOfLaws(kind: NoiseKind, trials: number, candidates?: readonly CandidateLaw[]): number {
  let laws = 0;
  for (let trial = 0; trial < trials; trial++) {
    const random = new Random(8, trial);
    const reach = REACHES[random.integer(REACHES.length)];
    const selection = selectLaw(noiseCurve(kind, random), { reach, ...(candidates ? { candidates } : {}) });
    const chosen = selection.candidates.find(({ name }) => name === selection.selected)!;
    if (chosen.kind !== 'last-value' && chosen.kind !== 'local-average') laws += 1;
  }
  return laws / trials;
}
