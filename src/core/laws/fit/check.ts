import { IsoflopError } from '../../terms/errors.ts';
import type { Law } from '../../terms/law.ts';
import type { Observations } from '../../terms/observation.ts';

/** Refuses tables that cannot carry a law: columns missing, numbers that are none, too few rows, variables that do not vary. */
export function checkData(law: Law, data: Observations): void {
  for (const name of [...law.variables, law.response]) {
    const column = data.columns[name];
    if (!column) {
      throw new IsoflopError(
        'missing',
        `law '${law.id}' needs the column '${name}'; the table has ${Object.keys(data.columns).join(', ')}`,
        {
          hint: `Name it with --map ${name}=COLUMN.`,
        },
      );
    }
    const bad = column.findIndex((value) => !Number.isFinite(value) || value <= 0);
    if (bad >= 0) {
      throw new IsoflopError(
        'invalid-input',
        `column '${name}' holds ${column[bad]} in row ${bad + 1} (run '${data.runs[bad]}')`,
        {
          hint: 'A law needs finite numbers above 0; leave the row out with --where.',
        },
      );
    }
  }
  const wanted = law.parameters.length + 1;
  if (data.rows < wanted) {
    throw new IsoflopError(
      'not-identifiable',
      `law '${law.id}' has ${law.parameters.length} parameters and needs at least ${wanted} rows, got ${data.rows}`,
      {
        hint: 'Add runs, or take a law with fewer parameters.',
      },
    );
  }
  for (const name of law.variables) {
    if (new Set(data.columns[name]).size < 2) {
      throw new IsoflopError('not-identifiable', `'${name}' has the same value in every row`, {
        hint: 'A law can only be fitted over a variable that varies.',
      });
    }
  }
}
