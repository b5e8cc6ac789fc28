import { BASELINES, prepare, scoreIntervals, summarize } from '../../test/support/curve-intervals.ts';
import { loadCurves } from '../../test/support/curves.ts';
import type { Check, Section } from './check.ts';
import { missing } from './data.ts';

const FILES = [
  'curves/benchmark.lang.csv',
  'curves/benchmark.vision.csv',
  'curves/colpret_subset.json',
  'lcdb/meta.json',
];
const TARGET = 'target of the intervals, set before they were written';

/** 90 % intervals of `isoflop forecast` for curves whose model and data set the calibration has not seen. */
export function sections(): Section[] {
  const title = 'Intervals of real learning curves, calibrated without the model and the data set';
  const skipped = missing(...FILES);
  if (skipped !== undefined) return [{ title, checks: [], skipped }];
  const known = (['benchmark', 'colpret', 'lcdb'] as const).flatMap((set) => loadCurves(set)).map(prepare);
  const { curves, abstentions, coverage, baselines } = summarize(scoreIntervals(known, known));
  const atMost = { source: TARGET, by: 'at-most', tolerance: 0 } as const;
  const ratios = BASELINES.map((kind): Check => ({
    ...atMost,
    what: `score over the last value's, conformal, ${kind}`,
    published: 0.5,
    ours: baselines[kind].ratio,
  }));
  return [
    {
      title,
      checks: [
        { source: TARGET, by: 'at-least', tolerance: 0, what: 'coverage, at least', published: 0.82, ours: coverage },
        { ...atMost, what: 'coverage, at most', published: 0.97, ours: coverage },
        ...ratios,
        { ...atMost, what: 'abstentions', published: 0.1, ours: abstentions / curves },
      ],
    },
  ];
}
