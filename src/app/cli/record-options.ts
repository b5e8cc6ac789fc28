import type { Command } from 'commander';
import type { DuplicateRule } from '../../core/observations/duplicates.ts';
import { NUMBER_KINDS } from '../../core/observations/numbers.ts';
import { observe } from '../../core/observations/records.ts';
import { IsoflopError } from '../../core/terms/errors.ts';
import type { Observations } from '../../core/terms/observation.ts';
import { readRecords } from '../../io/records/read.ts';

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

export function openRecords(path: string, flags: RecordFlags): OpenRecords {
  const records = readRecords(path);
  const map = parseMap(flags.map ?? '');
  const dropHighestLoss = wholeNumber(flags.dropHighestLoss ?? '0', '--drop-highest-loss');
  const numbers = (flags.numbers ?? '').split(',').flatMap((kind) => (kind.trim() === '' ? [] : [kind.trim()]));
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

export function oneOf<T extends string>(known: readonly T[], text: string, option: string): T {
  const found = known.find((one) => one === text);
  if (found !== undefined) return found;
  throw new IsoflopError('invalid-input', `${option} knows no '${text}'`, { hint: `Known: ${known.join(', ')}.` });
}

/** Parses `a=b,c=d`; values may hold spaces, and commas and equals signs within double quotes. No name may come twice. */
export function parseMap(text: string): Record<string, string> {
  const parts = text.match(/(?:"[^"]*"|[^,"])+/g) ?? [];
  const entries = new Map<string, string>();
  for (const part of parts.filter((one) => one.trim() !== '')) {
    const at = part.indexOf('=');
    const [name, value] = [part.slice(0, at).trim(), unquoted(part.slice(at + 1).trim())];
    const fail = (why: string): never => {
      throw new IsoflopError('invalid-input', `'${part.trim()}' ${why}`, { hint: 'Such as "params=N,tokens=D".' });
    };
    if (at < 1 || name === '' || value === '') fail('is no name=value pair');
    if (entries.has(name)) fail(`names '${name}' a second time`);
    entries.set(name, value);
  }
  return Object.fromEntries(entries);
}

const unquoted = (text: string): string => /^"([^"]*)"$/.exec(text)?.[1] ?? text;

export function wholeNumber(text: string, option: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0) return value;
  throw new IsoflopError('invalid-input', `${option} takes a whole number, got '${text}'`);
}
