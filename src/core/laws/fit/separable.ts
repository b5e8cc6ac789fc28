import { formatFormula } from '../../formula/format.ts';
import { symbolsOf } from '../../formula/expression.ts';
import type { Expression } from '../../formula/expression.ts';
import type { Law } from '../../terms/law.ts';
import { modelOf } from './model.ts';

/** A part of a formula without any variable, and the parameters that stand nowhere else. */
export interface Constant {
  readonly part: string;
  readonly parameters: readonly string[];
}

/**
 * The first part of a law that holds no variable but several parameters which stand nowhere else, such as `B / q^beta` where q is no
 * column: it is one number, from which no data can tell several parameters.
 */
export function inseparable(law: Law): Constant | undefined {
  const { parameters, variables } = law;
  const whole = modelOf(law).formula;
  const uses = new Map<string, number>();
  count(whole, uses);
  const names = new Set(parameters.map(({ name }) => name));
  const columns = new Set(variables);
  for (const part of constantParts(whole, columns)) {
    const inside = new Map<string, number>();
    count(part, inside);
    const alone = [...inside].flatMap(([name, times]) => (names.has(name) && uses.get(name) === times ? [name] : []));
    if (alone.length > 1) return { part: formatFormula(part), parameters: alone };
  }
  return undefined;
}

/** The largest parts that hold no variable. Inside a `solve` its unknown varies as well: nothing there is looked at. */
function constantParts(x: Expression, variables: ReadonlySet<string>): Expression[] {
  if (x.kind === 'solve') return [];
  if ([...symbolsOf(x)].every((name) => !variables.has(name))) return [x];
  const children = x.kind === 'binary' ? [x.left, x.right] : x.kind === 'call' ? x.operands : [];
  return children.flatMap((child) => constantParts(child, variables));
}

/** How often each name occurs. */
function count(x: Expression, uses: Map<string, number>): void {
  switch (x.kind) {
    case 'number':
      return;
    case 'symbol':
      uses.set(x.name, (uses.get(x.name) ?? 0) + 1);
      return;
    case 'binary':
      count(x.left, uses);
      count(x.right, uses);
      return;
    case 'call':
      for (const operand of x.operands) count(operand, uses);
      return;
    case 'solve':
      for (const part of [x.lower, x.upper, x.equation]) count(part, uses);
  }
}
