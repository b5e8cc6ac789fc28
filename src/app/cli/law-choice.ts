import { existsSync } from 'node:fs';
import { CATALOGUE, lawById, ownLaw, SCHEDULE_LAWS } from '../../core/laws/index.ts';
import type { Law } from '../../core/laws/index.ts';
import { IsoflopError } from '../../core/terms/errors.ts';
import { didYouMean } from '../../core/terms/names.ts';
import { readLaw } from '../../io/laws/read.ts';

/** A law by its id in the catalogue, or from a YAML or JSON file. */
export function lawByIdOrFile(name: string): Law {
  if (/\.(ya?ml|json)$/i.test(name)) return readLaw(name);
  const ids = CATALOGUE.map(({ id }) => id);
  // A law over schedules is refused there, with the command that fits it.
  if ([...ids, ...SCHEDULE_LAWS.map(({ id }) => id)].includes(name)) return lawById(name);
  if (existsSync(name)) {
    throw new IsoflopError('invalid-input', `'${name}' is a file, but its ending is not .yaml, .yml or .json`);
  }
  throw new IsoflopError('invalid-input', `no law is called '${name}'`, {
    hint: `${didYouMean(name, ids)}\`isoflop laws\` lists them; a file of your own ends in .yaml or .json.`,
  });
}

/** The law of `--formula`, whose parameters `--parameter` declares where they look like columns. */
export function lawOfFormula(formula: string, columns: readonly string[], declared = ''): Law {
  const names = declared.split(',').flatMap((name) => (name.trim() === '' ? [] : [name.trim()]));
  const clash = names.find((name) => columns.includes(name));
  if (clash !== undefined) {
    throw new IsoflopError('invalid-input', `--parameter ${clash}: the table has a column of that name`, {
      hint: 'Give the parameter another name in the formula.',
    });
  }
  return ownLaw(formula, { columns, parameters: Object.fromEntries(names.map((name) => [name, {}])) });
}
