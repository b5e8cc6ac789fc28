import type { CurveCalibration } from './calibrate.ts';

/** Made by `node tools/calibrate-curves.ts --write`; how well it holds: docs/laws/curve-intervals.md. */
export const CURVE_CALIBRATION: CurveCalibration = {
  schema: 'isoflop.curve-calibration/1',
  source:
    'benchmark of Alabdulmohsin et al. 2022 (arXiv 2209.06640), IBM/ColPret collection, LCDB 1.1 (CC BY 4.0); tools/calibrate-curves.ts',
  curves: 277,
  probabilities: [0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.975, 0.99],
  quantiles: [
    -3.0604862744129986, -1.9616769134590513, -1.3436182629255835, -0.9358971769292984, -0.5051175683328999,
    -0.22076365993460256, -0.09666023005511383, 0.036675771050613176, 0.20367193855749668, 0.43491758470178066,
    0.744862287668209, 1.316993322272695, 1.8356949495580104, 2.5115244852729544, 3.396787738502568,
  ],
};
