import { IsoflopError } from '../../terms/errors.ts';
import type { Observations } from '../../terms/observation.ts';
import type { Selection } from '../../terms/selection.ts';
import { takeRows } from './cost-table.ts';
import { selectLaw } from './select-law.ts';
import type { SelectOptions } from './select-law.ts';

/** One curve of a table, with its selection or the reason why there is none. */
export type CurveSelection =
  | { readonly curve: string; readonly selection: Selection }
  | { readonly curve: string; readonly fault: string };

/** Selects for each curve by itself: the rows of one run make a curve. */
export function selectCurves(data: Observations, options: SelectOptions = {}): CurveSelection[] {
  const curves = [...Map.groupBy(data.runs.keys(), (row) => data.runs[row])];
  return curves.map(([curve, rows], index) => {
    options.onProgress?.({ stage: 'select', done: index, total: curves.length, note: curve });
    const { onProgress: _, ...quiet } = options;
    try {
      return { curve, selection: selectLaw({ ...takeRows(data, rows), exclusions: [] }, quiet) };
    } catch (error) {
      if (error instanceof IsoflopError && error.code === 'not-identifiable') return { curve, fault: error.message };
      throw error;
    }
  });
}
