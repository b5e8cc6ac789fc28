import { symbolsOf } from '../formula/expression.ts';
import { formulaError, parseFormula } from '../formula/parse.ts';
import { lawSchema } from '../schema/law.ts';
import type { LawDocument } from '../schema/law.ts';
import { IsoflopError } from '../terms/errors.ts';
import type { Law, LawParameter } from '../terms/law.ts';
import { closest, didYouMean, isReserved } from '../terms/names.ts';
import { ownLaw, splitSides } from './own-law.ts';

/**
 * A law from a document (an object as a YAML or JSON file holds it; `lawSchema` says what): its formula with bounds, units, meanings
 * and starts of its parameters. Throws `IsoflopError` whose path leads to the fault, such as `parameters.alpha.lower`.
 */
export function parseLaw(document: unknown): Law {
  const result = lawSchema.safeParse(document);
  if (result.success) return lawOf(result.data);
  const [{ path, message }] = result.error.issues;
  throw new IsoflopError('invalid-input', message, {
    path: path.join('.') || 'law',
    hint: 'docs/laws/own-laws.md has every key.',
  });
}

/** The law of a document that has been checked against `lawSchema`. */
export function lawOf(document: LawDocument): Law {
  const { id, title, formula, source, caution, parameters } = document;
  const reserved = Object.keys(parameters).find(isReserved);
  if (reserved !== undefined)
    throw new IsoflopError('invalid-input', `'${reserved}' cannot be a name`, { path: 'parameters' });
  const variables = variablesOf(document);
  checkStarts(document, variables);
  const law = ownLaw(formula, {
    columns: variables,
    parameters: Object.fromEntries(Object.entries(parameters).map(([name, one]) => [name, known(one)])),
    ...(document.response === undefined ? {} : { response: document.response }),
  });
  return { ...law, id, title, source, ...(caution === undefined ? {} : { caution }) };
}

/** What was said of a parameter, without what was not. */
const known = (parameter: LawDocument['parameters'][string]): Partial<LawParameter> =>
  Object.fromEntries(Object.entries(parameter).filter(([, value]) => value !== undefined));

/** Names in the formula that are no parameters; a name that is neither declared nor free to be a variable is refused. */
function variablesOf({ formula, variables, parameters }: LawDocument): string[] {
  const [, from] = splitSides(formula);
  const positions = new Map<ReturnType<typeof parseFormula>, number>();
  const names = [...symbolsOf(parseFormula(formula, positions, from))].filter(
    (name) => !Object.hasOwn(parameters, name),
  );
  const declared = Object.keys(parameters);
  for (const name of names) {
    const isSlip = variables ? !variables.includes(name) : closest(name, declared) !== undefined;
    if (!isSlip) continue;
    const position = [...positions].find(([part]) => part.kind === 'symbol' && part.name === name)?.[1] ?? 0;
    const hint = `${didYouMean(name, [...declared, ...(variables ?? [])])}Else add it to \`parameters\` or to \`variables\`.`;
    throw formulaError(formula, `'${name}' is neither a parameter nor a variable`, position, hint);
  }
  const unused = variables?.find((name) => !names.includes(name));
  if (unused === undefined) return names;
  throw new IsoflopError('invalid-input', `the formula does not use the variable '${unused}'`, { path: 'variables' });
}

function checkStarts({ parameters }: LawDocument, variables: readonly string[]): void {
  for (const [name, { start, lower = -Infinity, upper = Infinity }] of Object.entries(parameters)) {
    const path = `parameters.${name}.start`;
    if (Array.isArray(start) && (start[0] > upper || start[1] < lower))
      throw new IsoflopError('invalid-input', 'start lies outside of the bounds', { path });
    if (typeof start === 'object' && !Array.isArray(start) && !variables.includes(start.of)) {
      const hint = `Its variables: ${variables.join(', ')}.`;
      throw new IsoflopError('invalid-input', `the formula has no variable '${start.of}'`, { path, hint });
    }
  }
}
