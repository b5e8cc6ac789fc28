import type { Command } from 'commander';
import { fitShiftLine } from '../../../core/laws/downstream/shift-line.ts';
import { fitShiftedLaws } from '../../../core/laws/downstream/shifted-laws.ts';
import { parseCondition } from '../../../core/observations/condition.ts';
import { join } from '../../../core/observations/join.ts';
import type { JoinedRow } from '../../../core/observations/join.ts';
import { shiftFigure } from '../../../core/report/shift-figure.ts';
import { readRecords } from '../../../io/records/read.ts';
import { writeFigure } from '../figure-file.ts';
import { namesIn } from '../option-values.ts';
import { shiftText } from '../shift-text.ts';

interface ShiftFlags {
  readonly join: string;
  readonly id: string;
  readonly ood: string;
  readonly whereId?: string;
  readonly whereOod?: string;
  readonly line?: string;
  readonly over?: string;
  readonly percent?: boolean;
  readonly losses?: boolean;
  readonly squares?: boolean;
  readonly figure?: string;
  readonly json?: boolean;
}

/** `isoflop shift` */
export function register(program: Command): void {
  program
    .command('shift')
    .description('A metric under shift by the same in distribution: the line, and who lies off it.')
    .argument('<records>', 'a row a model with its metric in distribution')
    .argument('[shifted]', 'the same models under shift (default: the first file)')
    .option('--join <columns>', 'columns that name a model in both files, such as "model,img_size"', 'model')
    .option('--id <column>', 'accuracy (or loss) in distribution', 'id')
    .option('--ood <column>', 'accuracy (or loss) under shift', 'ood')
    .option('--where-id <condition>', 'rows to keep of the first file')
    .option('--where-ood <condition>', 'rows to keep of the second file')
    .option('--line <condition>', 'models that the line is fitted to (default: all)')
    .option('--over <column>', 'fit the error over this too, in distribution and under shift')
    .option('--percent', 'accuracies run from 0 to 100')
    .option('--losses', 'both are losses: a line between logarithms instead of probits')
    .option('--squares', "least squares instead of Huber's loss")
    .option('--figure <file>', 'draw it on the axes of the line, as .svg or .png')
    .option('--json', 'print as JSON (isoflop.shift/1)')
    .addHelpText(
      'after',
      '\nExample:\n  isoflop shift imagenet.csv imagenetv2.csv --join model,img_size \\\n    --id top1 --ood top1 --percent',
    )
    .action(shift);
}

function shift(path: string, shifted: string | undefined, flags: ShiftFlags): void {
  const table = readRecords(path);
  const other = shifted === undefined ? table : readRecords(shifted);
  const joined = join(
    { table, where: flags.whereId, columns: { id: flags.id, ...(flags.over && { scale: flags.over }) } },
    { table: other, where: flags.whereOod, columns: { ood: flags.ood } },
    namesIn(flags.join),
  );
  const unit = flags.percent ? 100 : 1;
  const isOnLine = lineCondition(flags.line);
  const points = joined.rows.map((row) => ({
    run: row.key,
    id: row.values.id / unit,
    ood: row.values.ood / unit,
    scale: row.values.scale,
    onLine: isOnLine(row),
  }));
  const line = fitShiftLine(points, !flags.squares, flags.losses ? 'log' : 'probit');
  const laws = flags.over === undefined ? undefined : fitShiftedLaws(points, flags.losses ? 'loss' : 'accuracy');
  const scale = laws && { name: flags.over!, laws };
  const names = { id: `${flags.id} in distribution`, ood: `${flags.ood} under shift` };
  if (flags.figure !== undefined) writeFigure(shiftFigure(line, names), flags.figure);
  const { unmatched, empty } = joined;
  const document = { schema: 'isoflop.shift/1', ...line, ...(scale && { scale }), unmatched, empty };
  console.log(flags.json ? JSON.stringify(document, null, 2) : shiftText(line, joined, scale));
}

function lineCondition(text: string | undefined): (row: JoinedRow) => boolean {
  if (text === undefined) return () => true;
  const condition = parseCondition(text);
  return (row) => condition((name) => row.values[name] ?? row.cell(name));
}
