import type { Command } from 'commander';
import type { Observations } from '../../../core/terms/observation.ts';
import { scientific, significant, table } from '../format.ts';
import { addRecordOptions, openRecords } from '../record-options.ts';
import type { RecordFlags } from '../record-options.ts';
import { recordsLines } from '../records-text.ts';

/** From here on counts are written with an exponent. */
const LARGE = 1e7;

/** `isoflop records` */
export function register(program: Command): void {
  addRecordOptions(
    program
      .command('records')
      .description('Show how a file of records is read: columns, rows, and why any is left out.'),
  )
    .option('--json', 'print the observations as JSON (isoflop.records/1)')
    .addHelpText(
      'after',
      '\nExample:\n  isoflop records runs.csv --map "params=N,tokens=D,loss=final loss" --numbers suffixes',
    )
    .action((path: string, flags: RecordFlags & { json?: boolean }) => {
      const data = openRecords(path, flags).observe();
      if (flags.json) console.log(JSON.stringify(documentOf(data), null, 2));
      else console.log(recordsText(data));
    });
}

function documentOf({ columns, ...data }: Observations): object {
  const plain = Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, [...values]]));
  return { schema: 'isoflop.records/1', ...data, columns: plain };
}

function recordsText({ rows, runs, columns, conventions, exclusions, notes }: Observations): string {
  const digits = (value: number): string => (Math.abs(value) >= LARGE ? scientific(value, 3) : significant(value, 6));
  const summary = Object.entries(columns).map(([name, values]) => {
    const low = values.reduce((least, value) => Math.min(least, value), Infinity);
    const high = values.reduce((most, value) => Math.max(most, value), -Infinity);
    return [name, digits(low), digits(high), String(new Set(values).size)];
  });
  return [
    `${rows} rows of ${new Set(runs).size} runs`,
    '',
    table(['column', 'least', 'greatest', 'levels'], summary),
    '',
    ...(conventions.flops === '6ND' ? ['  flops = 6 x params x tokens gave the column that is missing'] : []),
    ...recordsLines(rows, exclusions, notes),
  ]
    .join('\n')
    .trimEnd();
}
