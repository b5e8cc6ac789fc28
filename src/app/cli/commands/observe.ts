import type { Command } from 'commander';
import { fitObservational } from '../../../core/laws/downstream/observational.ts';
import type { PublishedModel } from '../../../core/laws/downstream/observational.ts';
import { join } from '../../../core/observations/join.ts';
import { observeFigure } from '../../../core/report/observe-figure.ts';
import { IsoflopError } from '../../../core/terms/errors.ts';
import { readRecords } from '../../../io/records/read.ts';
import { writeFigure } from '../figure-file.ts';
import { observeText } from '../observe-text.ts';
import { namesIn, positive, wholeNumber } from '../option-values.ts';

interface ObserveFlags {
  readonly scores: string;
  readonly target: string;
  readonly join: string;
  readonly family: string;
  readonly flops: string;
  readonly flopsUnit: string;
  readonly cutoff?: string;
  readonly components: string;
  readonly chance: string;
  readonly percent?: boolean;
  readonly figure?: string;
  readonly json?: boolean;
}

/** `isoflop observe` */
export function register(program: Command): void {
  program
    .command('observe')
    .description('An observational law over published models: from benchmark scores to another score.')
    .argument('<records>', 'a row a model with its benchmark scores')
    .argument('[targets]', 'the same models with the score to forecast (default: the first file)')
    .requiredOption('--scores <columns>', 'benchmark scores, such as "MMLU,ARC-C,HellaSwag"')
    .requiredOption('--target <column>', 'the score to forecast')
    .option('--join <columns>', 'columns that name a model in both files', 'model')
    .option('--family <column>', 'family of a model', 'family')
    .option('--flops <column>', 'training compute of a model', 'flops')
    .option('--flops-unit <number>', 'FLOPs in a unit of that column', '1')
    .option('--cutoff <flops>', 'hold out dearer models (default: the dearest three in ten)')
    .option('--components <n>', 'capabilities', '3')
    .option('--chance <score>', 'score of guessing', '0')
    .option('--percent', 'scores and target run from 0 to 100')
    .option('--figure <file>', 'draw the held-out models, as .svg or .png')
    .option('--json', 'print as JSON (isoflop.observe/1)')
    .addHelpText(
      'after',
      '\nExample:\n  isoflop observe models.csv --join Model --target GSM8K \\\n' +
        '    --scores "MMLU,ARC-C,HellaSwag,HumanEval" --family "Model Family" \\\n' +
        '    --flops "FLOPs (1E21)" --flops-unit 1e21',
    )
    .action(observe);
}

function observe(path: string, targets: string | undefined, flags: ObserveFlags): void {
  const scores = namesIn(flags.scores);
  if (scores.includes(flags.target) && targets === undefined) {
    throw new IsoflopError('invalid-input', `'${flags.target}' cannot forecast itself`, {
      hint: 'Leave the target out of --scores.',
    });
  }
  const table = readRecords(path);
  const other = targets === undefined ? table : readRecords(targets);
  const joined = join(
    {
      table,
      columns: { flops: flags.flops },
      optional: Object.fromEntries(scores.map((name, index) => [`score${index}`, name])),
    },
    { table: other, columns: { target: flags.target } },
    namesIn(flags.join),
  );
  const unit = flags.percent ? 100 : 1;
  const flopsUnit = positive(flags.flopsUnit, '--flops-unit');
  const models = joined.rows.map(({ key, values, cell }): PublishedModel => ({
    name: key,
    family: familyOf(cell(flags.family), flags.family),
    flops: values.flops * flopsUnit,
    scores: scores.map((_, index) => values[`score${index}`] / unit),
    target: values.target / unit,
  }));
  const law = fitObservational(models, {
    components: wholeNumber(flags.components, '--components'),
    chance: Number(flags.chance),
    ...(flags.cutoff !== undefined && { cutoff: positive(flags.cutoff, '--cutoff') }),
  });
  if (flags.figure !== undefined) writeFigure(observeFigure(law, flags.target), flags.figure);
  const leftOut = joined.empty + joined.unmatched[0];
  const document = { schema: 'isoflop.observe/1', scores, target: flags.target, leftOut, ...law };
  console.log(flags.json ? JSON.stringify(document, null, 2) : observeText(law, scores, leftOut));
}

function familyOf(text: string | undefined, column: string): string {
  if (text !== undefined) return text;
  throw new IsoflopError('missing', `the table has no column '${column}' for the family`, {
    hint: 'Name it with --family.',
  });
}
