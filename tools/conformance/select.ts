import { loadCurves } from '../../test/support/curves.ts';
import type { RealCurve } from '../../test/support/curves.ts';
import { scoreCurve } from '../../test/support/select-curve.ts';
import type { ScoredCurve } from '../../test/support/select-curve.ts';
import { meanError, overBestLaw, ratioBounds } from '../../test/support/selection-scores.ts';
import type { Check, Section } from './check.ts';
import { missing } from './data.ts';

const FILES = ['curves/benchmark.lang.csv', 'curves/benchmark.vision.csv'] as const;
/** The whole of the vision curves takes minutes (`node tools/select-curves.ts benchmark`): here the short ones of all six models. */
const isShort = ({ domain, dataset }: RealCurve): boolean => domain !== 'IC' || dataset.startsWith('cal_');
const TARGET = 'target of the selection, set before it was written';

/** Ratio of errors to those of the last value: at most .70, and its upper 95 % bound below 1. */
function ratioChecks(what: string, scored: readonly ScoredCurve[]): Check[] {
  const { estimate, high } = ratioBounds(scored, 'selected');
  const check = { source: TARGET, by: 'at-most', tolerance: 0 } as const;
  return [
    { ...check, what: `${what}, over the last value`, published: 0.7, ours: estimate },
    { ...check, what: `${what}, upper 95 % bound of that`, published: 1, ours: high },
  ];
}

/** Extrapolation of real learning curves by what `isoflop select` selects. */
export function sections(): Section[] {
  const title = 'Selection: extrapolation of learning curves, root mean square log error';
  const skipped = missing(...FILES);
  if (skipped !== undefined) return [{ title, checks: [], skipped }];
  const scored = loadCurves('benchmark')
    .filter(isShort)
    .map((curve) => scoreCurve(curve));
  const of = (domain: string): ScoredCurve[] => scored.filter(({ curve }) => curve.domain === domain);
  const translation = of('NMT');
  return [
    {
      title,
      checks: [
        ...ratioChecks('language models', of('LM')),
        ...ratioChecks('images (Caltech)', of('IC')),
        {
          what: 'translation, mean error',
          source: 'at most .005 above the last value',
          published: meanError(translation, 'last value') + 0.005,
          ours: meanError(translation, 'selected'),
          by: 'at-most',
          tolerance: 0,
        },
        {
          what: 'all, over the best single law',
          source: TARGET,
          published: 1,
          ours: overBestLaw(scored),
          by: 'at-most',
          tolerance: 0.05,
        },
      ],
    },
  ];
}
