import type { Command } from 'commander';
import type { DuplicateRule } from '../../core/observations/duplicates.ts';
import { NUMBER_KINDS } from '../../core/observations/numbers.ts';
import { observe } from '../../core/observations/records.ts';
import type { Observations } from '../../core/terms/observation.ts';
import { readRecords } from '../../io/records/read.ts';
import { namesIn, oneOf, parseMap, wholeNumber } from './option-values.ts';

/** What every command that eats RECORDS takes. */
export interface RecordFlags {
  readonly map?: string;
  readonly numbers?: string;
  readonly dropBadRows?: boolean;
  readonly duplicates?: string;
  readonly dropHighestLoss?: string;
  readonly where?: string;
}

const DUPLICATE_RULES: readonly DuplicateRule[] = ['refuse', 'keep', 'drop'];

/** Columns that a table gains where two of params, tokens and flops are there. */
const DERIVED = ['tokens', 'flops'];

/** Adds the argument RECORDS and the options that name, leave out and keep its rows. `duplicates`: what is done with copies unless told. */
export function addRecordOptions(command: Command, duplicates: DuplicateRule = 'refuse'): Command {
  return command
    .argument('<records>', 'a CSV, TSV, JSON or JSONL file')
    .option('--map <names>', 'our words for its columns, such as "params=Model Size,loss=#7"')
    .option('--numbers <kinds>', `read 12M, 1,014.45 or 11% as numbers: ${NUMBER_KINDS.join(',')}`)
    .option('--drop-bad-rows', 'leave out and list rows with text, NaN or missing cells')
    .option('--duplicates <rule>', `rows that copy another in every cell: ${DUPLICATE_RULES.join(', ')}`, duplicates)
    .option('--drop-highest-loss <n>', 'leave out the n rows of the highest loss, before --where')
    .option('--where <condition>', 'keep rows, such as "flops < 1e21"');
}

/** Records that were read; which columns become observations depends on the laws to come. */
export interface OpenRecords {
  /** Names that a law may use: the table's columns, the mapped words, and what can be derived. */
  readonly columns: readonly string[];
  /** `words` are those that are needed; without them, all usual ones that the table has. */
  observe(words?: readonly string[]): Observations;
}

/** `map`: our words for the columns, where they are not those of --map. */
export function openRecords(
  path: string,
  flags: RecordFlags,
  map: Readonly<Record<string, string>> = parseMap(flags.map ?? ''),
): OpenRecords {
  const records = readRecords(path);
  const dropHighestLoss = wholeNumber(flags.dropHighestLoss ?? '0', '--drop-highest-loss');
  const numbers = namesIn(flags.numbers ?? '').filter((kind) => kind !== '');
  const options = {
    map,
    dropHighestLoss,
    numbers: numbers.map((kind) => oneOf(NUMBER_KINDS, kind, '--numbers')),
    dropBadRows: flags.dropBadRows ?? false,
    duplicates: oneOf(DUPLICATE_RULES, flags.duplicates ?? 'refuse', '--duplicates'),
    ...(flags.where === undefined ? {} : { where: flags.where }),
  };
  return {
    columns: [...new Set([...records.columns, ...Object.keys(map), ...DERIVED])].filter((name) => name !== ''),
    observe: (words) => observe(records, words ? { ...options, words } : options),
  };
}
