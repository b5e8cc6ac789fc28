import { curveOf, fitCurves, meanScore, recordsByRun, scheduleLawById, scoreCurve } from '../../src/core/laws/index.ts';
import type { CurveFit, LossCurve } from '../../src/core/laws/index.ts';
import { CurveProblem } from '../../src/core/laws/curves/curve-problem.ts';
import { observe } from '../../src/core/observations/records.ts';
import { readRecords } from '../../src/io/records/read.ts';
import type { Check, Section } from './check.ts';
import { dataFile, missing } from './data.ts';

const TRAIN = ['cosine_24000', 'constant_24000', 'wsdcon_9'];
const TEST = ['constant_72000', 'cosine_72000', 'wsd_20000_24000', 'wsdld_20000_24000', 'wsdcon_3', 'wsdcon_18'];
const fileOf = (name: string): string => `schedules/multipowerlaw_25M/${name}.csv`;
/** The runs rise for so many steps before their first row (Luo et al. 2025, released code). */
const WARMUP = 2160;

/** Curves of the published 25M runs: those that train the law, those that test it; undefined where the data are absent. */
export function scheduleCurves(): { train: LossCurve[]; test: LossCurve[] } | undefined {
  if (missing(...[...TRAIN, ...TEST].map(fileOf)) !== undefined) return undefined;
  return { train: TRAIN.map(readCurve), test: TEST.map(readCurve) };
}

function readCurve(name: string): LossCurve {
  const table = readRecords(dataFile(fileOf(name)));
  const { runs, ...rest } = observe(table, { map: { learningRate: 'lr' }, words: ['step', 'loss'] });
  const [records] = recordsByRun({ ...rest, runs: runs.map(() => name) });
  return curveOf(records, { warmup: WARMUP }).curve;
}

/** The multi-power law of Luo et al. 2025 on their 25M curves: three train it, the other six test it. */
export function sections(): Section[] {
  const title = 'Multi-power law over learning-rate schedules (Luo et al. 2025, 25M)';
  const curves = scheduleCurves();
  if (!curves) return [{ title, checks: [], skipped: missing(fileOf(TRAIN[0])) ?? 'some curves are absent' }];
  const law = scheduleLawById('multi-power');
  const published = law.published![0].values;
  const optimum = fitCurves(law, curves.train, { weights: 'points', shrinks: false });
  const ours = fitCurves(law, curves.train);
  return [
    {
      title: `${title}: the published constants`,
      checks: scoreRows({ ...optimum, parameters: published }, curves.test),
    },
    {
      title: `${title}: the published objective on the three`,
      checks: [
        {
          what: 'sum of Huber losses at our minimum, against that of the published constants',
          source: 'Luo et al. 2025, released code: objective and constants, evaluated here',
          published: objectiveAt(published, curves.train),
          ours: optimum.objective,
          by: 'at-most',
          tolerance: 1e-6,
        },
      ],
    },
    { title: `${title}: our fit, on the six`, checks: forecastRows(ours, curves.test) },
  ];
}

function objectiveAt(values: Readonly<Record<string, number>>, curves: readonly LossCurve[]): number {
  const law = scheduleLawById('multi-power');
  const problem = new CurveProblem(law, curves, 1e-3, 'points');
  return problem.value(problem.toTheta(law.parameters.map(({ name }) => values[name])));
}

const SOURCE = 'Luo et al. 2025, released code, table of evaluation metrics, 25M';

/** The published constants reproduce the published scores to their last digit. */
function scoreRows(fit: CurveFit, test: readonly LossCurve[]): Check[] {
  const { r2, meanAbsoluteError, rootMeanSquareError } = meanScore(test.map((curve) => scoreCurve(fit, curve)));
  const row = (what: string, published: number, ours: number, tolerance: number): Check => ({
    what,
    source: SOURCE,
    published,
    ours,
    by: 'absolute',
    tolerance,
  });
  return [
    row('mean R2 over six curves', 0.9988, r2, 5e-5),
    row('mean absolute error', 0.00376, meanAbsoluteError, 5e-6),
    row('root mean square error', 0.00465, rootMeanSquareError, 5e-6),
  ];
}

/** What a fit to three curves forecasts of six others: near the published scores. */
function forecastRows(fit: CurveFit, test: readonly LossCurve[]): Check[] {
  const { r2, meanAbsoluteError, rootMeanSquareError } = meanScore(test.map((curve) => scoreCurve(fit, curve)));
  return [
    { what: 'mean R2 over six curves', source: SOURCE, published: 0.9988, ours: r2, by: 'at-least', tolerance: 3e-4 },
    {
      what: 'mean absolute error',
      source: SOURCE,
      published: 0.00376,
      ours: meanAbsoluteError,
      by: 'at-most',
      tolerance: 0.06,
    },
    {
      what: 'root mean square error',
      source: SOURCE,
      published: 0.00465,
      ours: rootMeanSquareError,
      by: 'at-most',
      tolerance: 0,
    },
  ];
}
