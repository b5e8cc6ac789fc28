import type { Observations } from '../terms/observation.ts';
import type { Row } from './rows.ts';

/** What a count that the table does not have is made of. */
export const sourcesOf = (word: string): string[] =>
  word === 'tokens' ? ['params', 'flops'] : word === 'flops' ? ['params', 'tokens'] : [word];

interface Derived {
  readonly rows: readonly Row[];
  readonly conventions: Observations['conventions'];
}

/**
 * Fills in tokens = flops / (6 params) or flops = 6 params tokens where a table has two of the three (convention 6ND); not where the third
 * is there but was not read (`unread`). A row where that gives no finite number has a fault.
 */
export function deriveCounts(rows: readonly Row[], unread: ReadonlySet<string>): Derived {
  const first = rows.find(({ fault }) => fault === undefined);
  const has = (word: string): boolean => first?.values.has(word) ?? false;
  const isMissing = (word: string): boolean => !has(word) && !unread.has(word);
  const fill = (word: 'tokens' | 'flops', from: string, of: (values: Row['values']) => number): Derived => ({
    rows: rows.map((row) => (row.fault ? row : withCount(row, word, from, of(row.values)))),
    conventions: { flops: '6ND' },
  });
  if (has('params') && has('flops') && isMissing('tokens'))
    return fill('tokens', 'flops / (6 params)', (values) => values.get('flops')! / (6 * values.get('params')!));
  if (has('params') && has('tokens') && isMissing('flops'))
    return fill('flops', '6 params tokens', (values) => 6 * values.get('params')! * values.get('tokens')!);
  return { rows, conventions: {} };
}

function withCount(row: Row, word: string, from: string, value: number): Row {
  if (Number.isFinite(value)) {
    row.values.set(word, value);
    return row;
  }
  const held = [...row.values].filter(([name]) => from.includes(name)).map(([name, one]) => `${name} ${one}`);
  return {
    ...row,
    fault: {
      kind: 'not-finite',
      reason: `${word} = ${from} is no finite number`,
      sentence: `${word} = ${from} is no finite number with ${held.join(' and ')}`,
      hint: `Counts must be above 0. Leave the row out with --where "params > 0" or --drop-bad-rows, or map a column of ${word}.`,
      column: word,
    },
  };
}
