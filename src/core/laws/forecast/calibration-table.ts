import type { CurveCalibration } from './calibrate.ts';

/** Made by `node tools/calibrate-curves.ts --write`; how well it holds: docs/laws/curve-intervals.md. */
export const CURVE_CALIBRATION: CurveCalibration = {
  schema: 'isoflop.curve-calibration/1',
  source:
    'benchmark of Alabdulmohsin et al. 2022 (arXiv 2209.06640), IBM/ColPret collection, LCDB 1.1 (CC BY 4.0); tools/calibrate-curves.ts',
  curves: 277,
  probabilities: [0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.975, 0.99],
  quantiles: [
    -3.06048627, -1.96167691, -1.34361826, -0.935897177, -0.505117568, -0.22076366, -0.0966602301, 0.0366757711,
    0.203671939, 0.434917585, 0.744862288, 1.31699332, 1.83569495, 2.51152449, 3.39678774,
  ],
};
