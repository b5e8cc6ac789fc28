import { IsoflopError } from '../terms/errors.ts';
import type { Exclusion, Observations } from '../terms/observation.ts';
import { selectRows } from './select-rows.ts';

/**
 * Of the rows that share the named columns the one of the lowest loss: what a sweep over learning rates or seeds leaves. The others are
 * listed as left out.
 */
export function bestOf(data: Observations, names: readonly string[]): Observations {
  const missing = names.find((name) => !data.columns[name]);
  if (missing !== undefined) {
    throw new IsoflopError('missing', `the table has no column '${missing}' to group runs by`, {
      hint: `It has ${Object.keys(data.columns).join(', ')}.`,
    });
  }
  const { loss } = data.columns;
  const groups = Map.groupBy(data.runs.keys(), (row) => names.map((name) => data.columns[name][row]).join(' '));
  const best = [...groups.values()].map((rows) => rows.reduce((least, row) => (loss[row] < loss[least] ? row : least)));
  const kept = best.sort((a, b) => a - b);
  const isKept = new Set(kept);
  const exclusions = data.runs.flatMap((run, row): Exclusion[] =>
    isKept.has(row) ? [] : [{ run, reason: `another run of the same ${names.join(' and ')} has a lower loss` }],
  );
  return { ...selectRows(data, kept), exclusions: [...data.exclusions, ...exclusions] };
}
