import { fitLaw, lawById } from '../../src/core/laws/index.ts';
import type { Observations } from '../../src/core/laws/index.ts';
import { forecast } from '../../src/core/laws/uncertainty/delta.ts';
import { Random } from '../../src/core/math/random.ts';

/** A Chinchilla surface in units of `UNITS`, a grid of runs on it and a run to forecast. */
export interface SurfaceCase {
  readonly levels: readonly number[];
  readonly runsEach: number;
  /** Standard deviation of a run's loss. */
  readonly noise: number;
  readonly target: number;
}

const UNITS = { params: 1e6, tokens: 1e8 };

/** The truth of simple-scaling-laws' coverage test: E 1, A 2, alpha .3, B 1.5, beta .25. */
const surface = (params: number, tokens: number): number => 1 + 2 / params ** 0.3 + 1.5 / tokens ** 0.25;

export function surfaceTable({ levels, runsEach, noise }: SurfaceCase, random: Random): Observations {
  const points = levels.flatMap((params) =>
    levels.flatMap((tokens) => Array.from({ length: runsEach }, () => ({ params, tokens }))),
  );
  const columns = {
    params: Float64Array.from(points, ({ params }) => params * UNITS.params),
    tokens: Float64Array.from(points, ({ tokens }) => tokens * UNITS.tokens),
    loss: Float64Array.from(points, ({ params, tokens }) => surface(params, tokens) + noise * random.normal()),
  };
  return { rows: points.length, columns, runs: points.map((_, i) => `${i}`), conventions: {}, exclusions: [] };
}

/** Shares of new runs and of true curve values inside their 95 % intervals. */
export function surfaceCoverage(design: SurfaceCase, trials: number, seed: number): { newRun: number; curve: number } {
  const at = { params: design.target * UNITS.params, tokens: design.target * UNITS.tokens };
  const truth = surface(design.target, design.target);
  let [newRun, curve] = [0, 0];
  for (let trial = 0; trial < trials; trial++) {
    const random = new Random(seed, trial);
    const data = surfaceTable(design, random);
    const fit = fitLaw(lawById('chinchilla'), data, { objective: { kind: 'least-squares', residual: 'linear' } });
    const prediction = forecast(fit, data, at, [0.95]);
    const actual = truth + design.noise * random.normal();
    if (actual > prediction.newRun[0].low && actual < prediction.newRun[0].high) newRun += 1;
    if (truth > prediction.curve[0].low && truth < prediction.curve[0].high) curve += 1;
  }
  return { newRun: newRun / trials, curve: curve / trials };
}
