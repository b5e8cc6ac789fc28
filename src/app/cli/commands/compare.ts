import type { Command } from 'commander';
import { lawById } from '../../../core/laws/index.ts';
import type { Observations } from '../../../core/laws/index.ts';
import { selectRows } from '../../../core/observations/select-rows.ts';
import { compareRecipes } from '../../../core/plan/multiplier.ts';
import type { CompareOptions } from '../../../core/plan/multiplier.ts';
import { IsoflopError } from '../../../core/terms/errors.ts';
import { comparisonText } from '../comparison-text.ts';
import type { NamedComparison } from '../comparison-text.ts';
import { parseMap, positive, wholeNumber } from '../option-values.ts';
import { addRecordOptions, openRecords } from '../record-options.ts';
import type { RecordFlags } from '../record-options.ts';

interface CompareFlags extends RecordFlags {
  readonly by?: string;
  readonly base?: string;
  readonly law?: string;
  readonly loss?: string;
  readonly draws: string;
  readonly seed: string;
  readonly json?: boolean;
}

const LAWS: readonly CompareOptions['law'][] = ['chinchilla', 'power-law-offset'];

/** `isoflop compare` */
export function register(program: Command): void {
  addRecordOptions(
    program.command('compare').description('Compute efficiency of a recipe against another, with intervals.'),
  )
    .argument('[other]', 'records of the other recipe, where --by does not tell them apart')
    .option('--by <column>', 'column that names the recipe of a run')
    .option('--base <name>', 'recipe to compare the others with (default: the first in the records)')
    .option('--law <id>', `${LAWS.join(' or ')} (default: the first where runs have params)`)
    .option('--loss <losses>', 'losses to compare at, such as "2.5,2.3" (default: five that both have runs around)')
    .option('--draws <n>', 'resamples of the runs', '400')
    .option('--seed <n>', 'seed of the resamples', '1')
    .option('--json', 'print as JSON (isoflop.compare/1); null stands for never')
    .addHelpText(
      'after',
      '\nExamples:\n  isoflop compare runs.csv --by optimizer --base adamw\n' +
        '  isoflop compare old.csv new.csv --law power-law-offset --loss 2.5',
    )
    .action(compare);
}

function compare(path: string, other: string | undefined, flags: CompareFlags): void {
  const law = chooseLaw(flags, openRecords(path, flags).columns);
  const words = [...lawById(law).variables, 'loss'];
  const recipes = readRecipes(path, other, flags, words);
  const base = recipes.find(({ name }) => name === (flags.base ?? recipes[0].name));
  if (!base) {
    throw new IsoflopError('invalid-input', `no recipe is called '${flags.base}'`, {
      hint: `The records name ${recipes.map(({ name }) => name).join(', ')}.`,
    });
  }
  const losses = flags.loss?.split(',').map((text) => positive(text.trim(), '--loss'));
  const options: CompareOptions = {
    law,
    draws: wholeNumber(flags.draws, '--draws'),
    seed: wholeNumber(flags.seed, '--seed'),
    ...(losses && { losses }),
  };
  const comparisons = recipes.filter((recipe) => recipe !== base).map((one) => compareOne(base, one, options));
  const document = { schema: 'isoflop.compare/1', comparisons };
  console.log(flags.json ? JSON.stringify(document, null, 2) : comparisons.map(comparisonText).join('\n\n'));
  if (comparisons.every(({ refusal }) => refusal !== undefined)) process.exitCode = 1;
}

/** A recipe whose runs carry no law is refused; the others go on. */
function compareOne(base: Recipe, { name, data }: Recipe, options: CompareOptions): NamedComparison {
  const about = { base: base.name, other: name, runs: [base.data.rows, data.rows] as const };
  try {
    return { ...about, comparison: compareRecipes(base.data, data, options) };
  } catch (error) {
    if (!(error instanceof IsoflopError) || error.code !== 'not-identifiable') throw error;
    return { ...about, refusal: error.sentence.replaceAll(/\n\s*/g, '. ') };
  }
}

function chooseLaw({ law }: CompareFlags, columns: readonly string[]): CompareOptions['law'] {
  if (law === undefined) return columns.includes('params') ? 'chinchilla' : 'power-law-offset';
  const known = LAWS.find((id) => id === law);
  if (known) return known;
  throw new IsoflopError('invalid-input', `recipes are compared by ${LAWS.join(' or ')}, not by '${law}'`);
}

interface Recipe {
  readonly name: string;
  readonly data: Observations;
}

/** One table a recipe: by a column, or by file. */
function readRecipes(
  path: string,
  other: string | undefined,
  flags: CompareFlags,
  words: readonly string[],
): readonly Recipe[] {
  if (other !== undefined) {
    return [path, other].map((name) => ({ name, data: openRecords(name, flags).observe(words) }));
  }
  const { by } = flags;
  if (by === undefined) {
    throw new IsoflopError('invalid-input', 'two recipes are wanted: name their column with --by, or give two files');
  }
  const data = openRecords(path, flags).observe(words);
  // Read once more with the recipe in the place of the run: the same rows, in the same order.
  const { runs: recipeOf } = openRecords(path, flags, { ...parseMap(flags.map ?? ''), run: by }).observe(words);
  const groups = [...Map.groupBy(recipeOf.keys(), (row) => recipeOf[row])];
  if (groups.length < 2) {
    throw new IsoflopError('not-identifiable', `column '${by}' names one recipe only: '${groups[0]?.[0]}'`);
  }
  return groups.map(([name, rows]) => ({ name, data: selectRows(data, rows) }));
}
