/** Index of a variable of an `AxisSystem`. */
export type VariableId = number;

/** A multiple of a product of variables, in ascending order; a variable may stand more than once. */
export interface Term {
  readonly coefficient: number;
  readonly variables: readonly VariableId[];
}

/**
 * The extent of an axis as a polynomial of variables: a number, one variable, a product (heads x head size), a sum (the
 * channels of a concatenation). Terms are unique, ordered by their variables and never zero.
 */
export type Extent = readonly Term[];

export const constant = (value: number): Extent => (value === 0 ? [] : [{ coefficient: value, variables: [] }]);
export const ONE = constant(1);

export const variable = (id: VariableId): Extent => [{ coefficient: 1, variables: [id] }];

export const isOne = (extent: Extent): boolean =>
  extent.length === 1 && extent[0].coefficient === 1 && extent[0].variables.length === 0;

export function add(a: Extent, b: Extent): Extent {
  return collected([...a, ...b]);
}

export const sum = (extents: readonly Extent[]): Extent => collected(extents.flat());

export function multiply(a: Extent, b: Extent): Extent {
  return collected(
    a.flatMap((x) =>
      b.map((y) => ({
        coefficient: x.coefficient * y.coefficient,
        variables: [...x.variables, ...y.variables].sort((left, right) => left - right),
      })),
    ),
  );
}

export const product = (extents: readonly Extent[]): Extent => extents.reduce(multiply, ONE);

export const scaled = (extent: Extent, factor: number): Extent =>
  collected(extent.map(({ coefficient, variables }) => ({ coefficient: coefficient * factor, variables })));

/** What remains on both sides once equal terms are taken away. */
export function withoutCommon(a: Extent, b: Extent): [Extent, Extent] {
  const difference = add(a, scaled(b, -1));
  const right = difference.filter(({ coefficient }) => coefficient < 0);
  return [difference.filter(({ coefficient }) => coefficient > 0), scaled(right, -1)];
}

export const isSame = (a: Extent, b: Extent): boolean =>
  a.length === b.length &&
  a.every((term, index) => term.coefficient === b[index].coefficient && key(term) === key(b[index]));

export const variablesOf = (extent: Extent): VariableId[] => [...new Set(extent.flatMap(({ variables }) => variables))];

export function evaluate(extent: Extent, valueOf: (id: VariableId) => number): number {
  return extent.reduce(
    (total, { coefficient, variables }) =>
      total + variables.reduce((value, id) => value * valueOf(id), coefficient),
    0,
  );
}

const key = ({ variables }: Term): string => variables.join('*');

function collected(terms: readonly Term[]): Extent {
  const byKey = new Map<string, Term>();
  for (const term of terms) {
    const before = byKey.get(key(term))?.coefficient ?? 0;
    byKey.set(key(term), { coefficient: before + term.coefficient, variables: term.variables });
  }
  return [...byKey.values()].filter(({ coefficient }) => coefficient !== 0).sort(byVariables);
}

function byVariables(a: Term, b: Term): number {
  for (let i = 0; i < Math.min(a.variables.length, b.variables.length); i++) {
    if (a.variables[i] !== b.variables[i]) return a.variables[i] - b.variables[i];
  }
  return a.variables.length - b.variables.length;
}
