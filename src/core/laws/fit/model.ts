import { compile, compileKernels, compileSums } from '../../formula/compile.ts';
import type { Kernel, KernelSource } from '../../formula/compile.ts';
import { derivative, linearNames } from '../../formula/differentiate.ts';
import { add, call, number, subtract, substitute, symbol, times } from '../../formula/expression.ts';
import type { Expression } from '../../formula/expression.ts';
import { parseFormula } from '../../formula/parse.ts';
import { Tape } from '../../formula/tape.ts';
import type { Objective } from '../../terms/fit.ts';
import type { Law, LawParameter } from '../../terms/law.ts';
import { shiftsOf } from './coordinates.ts';
import { DELTA, penaltyOf, RATIO, RESIDUAL } from './objective.ts';

/** A law's formula, compiled. What an evaluation gives stands until the next one of the same law. */
export interface LawModel {
  readonly law: Law;
  readonly formula: Expression;
  /** Parameters that enter the formula linearly and without multiplying one another. */
  readonly linear: ReadonlySet<string>;
  /** Variables whose logarithm is taken. */
  readonly positive: ReadonlySet<string>;
  /** [row] for `raw` parameters in the law's order and columns of its variables in the law's order. */
  values(raw: ArrayLike<number>, columns: readonly ArrayLike<number>[], rows: number): Float64Array;
  /** [row][value, derivatives by raw parameters...]. */
  slopes(raw: ArrayLike<number>, columns: readonly ArrayLike<number>[], rows: number): Float64Array;
}

/**
 * What a search needs of a law and an objective, as sums over the rows of a table. Parameters: raw ones, logarithms of the variables' means,
 * delta, ratio. Columns: the variables, the response in the space of the residuals, weights.
 */
export interface ObjectiveModel {
  /** [objective] */
  readonly value: Kernel;
  /** [objective, gradient..., lower triangle of the Gauss-Newton matrix], by the coordinates of the search. */
  readonly slopes: Kernel;
  /**
   * [sum w r^2, sum w psi^2, sum psi', lower triangle of J^T W J]; psi is the penalty's derivative, J by the coordinates. A row of weight w has
   * 1/w of the variance.
   */
  readonly scatter: Kernel;
  /** [row], observed minus fitted, in the space of the residuals. */
  readonly residuals: Kernel;
  /** [row][fitted value in the space of the residuals, derivatives by the coordinates...]. */
  readonly rows: Kernel;
  /**
   * Normal equations of the linear parameters, in multiples of what they are: [lower triangle, right-hand side]; relative
   * errors for log residuals.
   */
  readonly projection: Kernel;
}

const models = new WeakMap<Law, LawModel>();
const objectives = new WeakMap<Law, Map<string, ObjectiveModel>>();

const namesOf = (law: Law): string[] => law.parameters.map(({ name }) => name);

/** The compiled law; a law is compiled once. */
export function modelOf(law: Law): LawModel {
  const found = models.get(law);
  if (found) return found;
  const formula = parseFormula(law.formula);
  const names = namesOf(law);
  const logColumns: number[] = [];
  new Tape([...names, ...law.variables], law.variables.length, logColumns).add(formula);
  const kernels = lazily({
    values: () => compile([formula], names, law.variables),
    slopes: () => compile([formula, ...names.map((name) => derivative(formula, name))], names, law.variables),
  });
  const model: LawModel = {
    law,
    formula,
    linear: new Set(linearNames(formula, names)),
    positive: new Set(logColumns.map((index) => law.variables[index])),
    values: (raw, columns, rows) => kernels.values.evaluate(raw, columns, rows),
    slopes: (raw, columns, rows) => kernels.slopes.evaluate(raw, columns, rows),
  };
  models.set(law, model);
  return model;
}

/** The compiled objective; compiled once for a law, a kind of penalty and a space of residuals. */
export function objectiveModelOf(law: Law, objective: Objective): ObjectiveModel {
  const ofLaw = objectives.get(law) ?? new Map<string, ObjectiveModel>();
  objectives.set(law, ofLaw);
  const key = `${objective.kind} ${objective.residual}`;
  const found = ofLaw.get(key) ?? createObjectiveModel(law, objective);
  ofLaw.set(key, found);
  return found;
}

const OBSERVED = '$observed';
const WEIGHT = '$weight';
const meanOf = (variable: string): string => `$mean ${variable}`;

function createObjectiveModel(law: Law, objective: Objective): ObjectiveModel {
  const { formula } = modelOf(law);
  const fitted = objective.residual === 'log' ? call('log', formula) : formula;
  const slopes = coordinateSlopes(law, fitted);
  const residual = subtract(symbol(OBSERVED), fitted);
  const penalty = penaltyOf(objective);
  const of = (part: Expression): Expression => substitute(part, RESIDUAL, residual);
  const weighted = (part: Expression): Expression => times(symbol(WEIGHT), of(part));
  const pull = weighted(penalty.derivative);
  const gradient = slopes.map((slope) => times(subtract(number(0), pull), slope));
  const pairs = lowerTriangle(slopes);
  const squares = times(residual, residual);
  const parameters = [...namesOf(law), ...law.variables.map(meanOf), DELTA, RATIO];
  const columns = [...law.variables, OBSERVED, WEIGHT];
  const value = weighted(penalty.value);
  const psi = of(penalty.derivative);
  const sums = (expressions: Expression[]): KernelSource => ({ expressions, isSum: true });
  const rows = (expressions: Expression[]): KernelSource => ({ expressions, isSum: false });
  const counted = (part: Expression): Expression => times(symbol(WEIGHT), part);
  const scattered = [counted(squares), counted(times(psi, psi)), of(penalty.curvature), ...pairs.map(counted)];
  const later = lazily({
    scatter: () => compileSums(scattered, parameters, columns),
    rows: () => compile([fitted, ...slopes], parameters, columns),
  });
  // What every fit needs comes in one module.
  const search = compileKernels(
    {
      value: sums([value]),
      slopes: sums([value, ...gradient, ...lowerTriangle(slopes, weighted(penalty.weight))]),
      projection: sums(projectionOf(law, formula, objective.residual === 'log')),
      residuals: rows([residual]),
    },
    parameters,
    columns,
  );
  return Object.assign(later, search);
}

/** Kernels are compiled when they are first asked for. */
function lazily<T extends object>(makers: { readonly [Key in keyof T]: () => T[Key] }): T {
  const made = {} as T;
  for (const key of Object.keys(makers) as (keyof T)[]) {
    let value: T[typeof key] | undefined;
    Object.defineProperty(made, key, { get: () => (value ??= makers[key]()) });
  }
  return made;
}

const lowerTriangle = (parts: readonly Expression[], weight: Expression = number(1)): Expression[] =>
  parts.flatMap((row, i) => parts.slice(0, i + 1).map((column) => times(times(weight, row), column)));

/** Change of a raw parameter with its own coordinate. */
const unitOf = ({ name, signed }: LawParameter): Expression => (signed ? number(1) : symbol(name));

/** Derivatives by the coordinates of the search: by its logarithm for a positive parameter, with what is centred by it. */
function coordinateSlopes(law: Law, fitted: Expression): Expression[] {
  const own = law.parameters.map((parameter) => times(derivative(fitted, parameter.name), unitOf(parameter)));
  const slopes = [...own];
  for (const [index, shifts] of shiftsOf(law).entries()) {
    for (const { power, variable, sign } of shifts) {
      const mean = times(number(sign), symbol(meanOf(law.variables[variable])));
      slopes[power] = add(slopes[power], times(own[index], times(mean, unitOf(law.parameters[power]))));
    }
  }
  return slopes;
}

/** Sums for variable projection: the value is a rest plus each linear parameter's derivative times itself. */
function projectionOf(law: Law, formula: Expression, isRelative: boolean): Expression[] {
  const { linear } = modelOf(law);
  const projected = law.parameters.filter(({ name }) => linear.has(name));
  const basis = projected.map(({ name }) => times(derivative(formula, name), symbol(name)));
  const rest = basis.reduce((sum, part) => subtract(sum, part), formula);
  const response = isRelative ? call('exp', symbol(OBSERVED)) : symbol(OBSERVED);
  const scale = isRelative ? times(symbol(WEIGHT), call('exp', times(number(-2), symbol(OBSERVED)))) : symbol(WEIGHT);
  const gap = times(scale, subtract(response, rest));
  return [...lowerTriangle(basis, scale), ...basis.map((part) => times(gap, part))];
}
