import type { Command } from 'commander';
import { observe } from '../../core/observations/records.ts';
import { IsoflopError } from '../../core/terms/errors.ts';
import type { Observations } from '../../core/terms/observation.ts';
import { readRecords } from '../../io/records/read.ts';

/** What every command that eats RECORDS takes. */
export interface RecordFlags {
  readonly map?: string;
  readonly dropHighestLoss?: string;
  readonly where?: string;
}

/** Columns that a table gains where two of params, tokens and flops are there. */
const DERIVED = ['tokens', 'flops'];

/** Adds the argument RECORDS and the options that name, leave out and keep its rows. */
export function addRecordOptions(command: Command): Command {
  return command
    .argument('<records>', 'a CSV, JSON or JSONL file')
    .option('--map <names>', 'our words for its columns, such as "params=Model Size,loss=loss"')
    .option('--drop-highest-loss <n>', 'leave out the n rows of the highest loss, before --where')
    .option('--where <condition>', 'keep rows, such as "flops < 1e21"');
}

/** Records that were read; which columns become observations depends on the laws to come. */
export interface OpenRecords {
  /** Names that a law may use: the table's columns, the mapped words, and what can be derived. */
  readonly columns: readonly string[];
  observe(words: readonly string[]): Observations;
}

export function openRecords(path: string, flags: RecordFlags): OpenRecords {
  const records = readRecords(path);
  const map = parseMap(flags.map ?? '');
  const dropHighestLoss = wholeNumber(flags.dropHighestLoss ?? '0', '--drop-highest-loss');
  const where = flags.where === undefined ? {} : { where: flags.where };
  return {
    columns: [...records.columns, ...Object.keys(map), ...DERIVED],
    observe: (words) => observe(records, { map, words, dropHighestLoss, ...where }),
  };
}

/** Parses `a=b,c=d`; values may hold spaces. */
export function parseMap(text: string): Record<string, string> {
  const entries = text.split(',').filter((part) => part.trim() !== '');
  return Object.fromEntries(
    entries.map((part) => {
      const at = part.indexOf('=');
      if (at < 1) {
        throw new IsoflopError('invalid-input', `'${part.trim()}' is no name=value pair`, {
          hint: 'Such as "params=N,tokens=D".',
        });
      }
      return [part.slice(0, at).trim(), part.slice(at + 1).trim()];
    }),
  );
}

export function wholeNumber(text: string, option: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0) return value;
  throw new IsoflopError('invalid-input', `${option} takes a whole number, got '${text}'`);
}
