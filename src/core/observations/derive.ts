import { IsoflopError } from '../terms/errors.ts';
import type { Observations } from '../terms/observation.ts';
import type { Row } from './rows.ts';

/** What a count that the table does not have is made of. */
export const sourcesOf = (word: string): string[] =>
  word === 'tokens' ? ['params', 'flops'] : word === 'flops' ? ['params', 'tokens'] : [word];

/** Fills in tokens = flops / (6 params) or flops = 6 params tokens where a table has two of the three (convention 6ND); not where the third is there but was not read. */
export function deriveCounts(rows: readonly Row[], unread: ReadonlySet<string>): Observations['conventions'] {
  const sound = rows.filter(({ fault }) => fault === undefined);
  const has = (word: string): boolean => sound.length > 0 && sound[0].values.has(word);
  const isMissing = (word: string): boolean => !has(word) && !unread.has(word);
  if (has('params') && has('flops') && isMissing('tokens')) {
    for (const row of sound) set(row, 'tokens', row.values.get('flops')! / (6 * row.values.get('params')!));
    return { flops: '6ND' };
  }
  if (has('params') && has('tokens') && isMissing('flops')) {
    for (const row of sound) set(row, 'flops', 6 * row.values.get('params')! * row.values.get('tokens')!);
    return { flops: '6ND' };
  }
  return {};
}

function set(row: Row, word: 'tokens' | 'flops', value: number): void {
  if (Number.isFinite(value)) {
    row.values.set(word, value);
    return;
  }
  const { params, tokens, flops } = Object.fromEntries(row.values);
  const from = word === 'tokens' ? `flops / (6 params) with flops ${flops}` : `6 params tokens with tokens ${tokens}`;
  throw new IsoflopError(
    'invalid-input',
    `${word} = ${from} and params ${params} is no finite number, ${row.line === undefined ? `in row ${row.index + 1}` : `on line ${row.line}`}`,
    { hint: `Counts must be above 0; leave the row out with --where, or map a column of ${word}.` },
  );
}
