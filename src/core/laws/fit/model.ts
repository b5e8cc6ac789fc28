import { compile } from '../../formula/compile.ts';
import type { Kernel } from '../../formula/compile.ts';
import { derivative, linearNames } from '../../formula/differentiate.ts';
import { call } from '../../formula/expression.ts';
import { parseFormula } from '../../formula/parse.ts';
import type { Objective } from '../../terms/fit.ts';
import type { Law } from '../../terms/law.ts';

/**
 * A law's formula, compiled: the value (or its logarithm) for every row of a table, alone or with its derivatives. What an
 * evaluation gives stands until the next one of the same law.
 */
export interface LawModel {
  readonly law: Law;
  /** Parameters that enter the formula linearly and without multiplying one another. */
  readonly linear: ReadonlySet<string>;
  /** [row] for `raw` parameters in the law's order and columns of its variables in the law's order. */
  values(raw: ArrayLike<number>, columns: readonly ArrayLike<number>[], rows: number): Float64Array;
  /** [row][value, derivatives by raw parameters...]. */
  slopes(raw: ArrayLike<number>, columns: readonly ArrayLike<number>[], rows: number): Float64Array;
}

const compiled = { linear: new WeakMap<Law, LawModel>(), log: new WeakMap<Law, LawModel>() };

/** The compiled law; a law is compiled once. */
export function modelOf(law: Law, space: Objective['residual'] = 'linear'): LawModel {
  const found = compiled[space].get(law);
  if (found) return found;
  const model = createModel(law, space);
  compiled[space].set(law, model);
  return model;
}

function createModel(law: Law, space: Objective['residual']): LawModel {
  const formula = parseFormula(law.formula);
  const value = space === 'log' ? call('log', formula) : formula;
  const names = law.parameters.map(({ name }) => name);
  const valueKernel: Kernel = compile([value], names, law.variables);
  const slopeKernel = compile([value, ...names.map((name) => derivative(value, name))], names, law.variables);
  return {
    law,
    linear: new Set(linearNames(formula, names)),
    values: (raw, columns, rows) => valueKernel.evaluate(raw, columns, rows),
    slopes: (raw, columns, rows) => slopeKernel.evaluate(raw, columns, rows),
  };
}
