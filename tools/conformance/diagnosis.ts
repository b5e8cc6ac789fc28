import { judge } from '../../src/core/laws/diagnose/diagnose.ts';
import { fitLaw, lawById } from '../../src/core/laws/index.ts';
import { parametersWithout } from '../../src/core/laws/uncertainty/influence.ts';
import { observe } from '../../src/core/observations/records.ts';
import { readRecords } from '../../src/io/records/read.ts';
import type { Check, Section } from './check.ts';
import { dataFile, missing } from './data.ts';

const FILE = 'chinchilla/svg_extracted_data.csv';
const FIVE = ['row 1', 'row 2', 'row 3', 'row 4', 'row 5'];
const RECOMPUTED = 'recomputed in SciPy from the released data, the five highest losses dropped';

/** Influence of the five outliers of the runs of Hoffmann et al., and what diagnosis says about these runs. */
export function sections(): Section[] {
  const title = 'Diagnosis: the 245 runs of Hoffmann et al. 2022';
  const skipped = missing(FILE);
  return [skipped ? { title, checks: [], skipped } : { title, checks: checksOf245() }];
}

function checksOf245(): Check[] {
  const data = observe(readRecords(dataFile(FILE)), {
    map: { params: 'Model Size', flops: 'Training FLOP', loss: 'loss' },
  });
  const { beta, B } = parametersWithout(fitLaw(lawById('chinchilla'), data), data, FIVE);
  const { findings } = judge(data);
  const rowsOf = (id: string): readonly number[] => findings.find((finding) => finding.id === id)?.rows ?? [];
  return [
    {
      what: 'refitted without the five outliers: beta',
      source: RECOMPUTED,
      published: 0.367172,
      ours: beta,
      by: 'relative',
      tolerance: 1e-4,
    },
    {
      what: 'refitted without the five outliers: B',
      source: RECOMPUTED,
      published: 2143.417,
      ours: B,
      by: 'relative',
      tolerance: 1e-3,
    },
    {
      what: 'rows whose loss another row has',
      source: 'counted in the released data',
      published: 146,
      ours: rowsOf('duplicates').length,
      by: 'absolute',
      tolerance: 0,
    },
    {
      what: 'of the five known outliers, those that are found',
      source: 'Besiroglu et al. 2024 (arXiv 2404.10102), who drop them',
      published: 5,
      ours: FIVE.filter((run) => rowsOf('outliers').some((row) => data.runs[row] === run)).length,
      by: 'absolute',
      tolerance: 0,
    },
  ];
}
