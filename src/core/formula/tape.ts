import { derivative } from './differentiate.ts';
import { symbolsOf } from './expression.ts';
import type { BinaryOperator, Expression, FunctionName, SolveExpression } from './expression.ts';

/** One step of a computation; operands are the indices of earlier steps. */
export type Instruction =
  | { readonly kind: 'symbol'; readonly index: number }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'binary'; readonly operator: Exclude<BinaryOperator, '^'>; readonly l: number; readonly r: number }
  | { readonly kind: 'power'; readonly base: number; readonly exponent: number; readonly logBase: number }
  | { readonly kind: 'call'; readonly name: FunctionName; readonly operands: readonly number[] }
  | { readonly kind: 'solve'; readonly root: Root; readonly inputs: readonly number[] };

/** The equation of a `solve` over the symbols [...inputs, unknown]; the inputs of its instruction end with lower and upper. */
export interface Root {
  readonly tape: Tape;
  /** The equation's value, and its derivative by the unknown. */
  readonly value: number;
  readonly slope: number;
}

/**
 * Expressions over named symbols as a list of instructions in which equal subexpressions stand once. The last `varying`
 * symbols change from row to row (or from guess to guess); what does not depend on them is computed once.
 */
export class Tape {
  readonly symbols: readonly string[];
  readonly instructions: Instruction[] = [];
  /** For each instruction, whether it depends on a varying symbol. */
  readonly varies: boolean[] = [];
  /** Varying symbols, counted from the first of them, whose logarithm is taken and comes as a column of its own: they must be positive. */
  readonly logColumns: number[] | undefined;
  private readonly varying: number;
  /** Instructions by what they compute, and by expressions that came before: derivatives share most of their parts. */
  private readonly known = new Map<string, number>();
  private readonly added = new Map<Expression, number>();

  /** `logColumns`, where the varying symbols are columns of a table, whose logarithms are computed once a table: tapes may share it. */
  constructor(symbols: readonly string[], varying: number, logColumns?: number[]) {
    this.symbols = symbols;
    this.varying = varying;
    this.logColumns = logColumns;
  }

  /** Gives the index of the instruction that computes an expression. */
  add(x: Expression): number {
    let index = this.added.get(x);
    if (index === undefined) {
      index = this.compute(x);
      this.added.set(x, index);
    }
    return index;
  }

  private compute(x: Expression): number {
    switch (x.kind) {
      case 'number':
        return this.emit(`number ${x.value}`, { kind: 'number', value: x.value }, []);
      case 'symbol': {
        const index = this.symbols.indexOf(x.name);
        if (index < 0) throw new Error(`internal: symbol '${x.name}' has no value`);
        return this.emitSymbol(index);
      }
      case 'binary': {
        const [l, r] = [this.add(x.left), this.add(x.right)];
        const key = `${x.operator} ${l} ${r}`;
        if (x.operator !== '^') return this.emit(key, { kind: 'binary', operator: x.operator, l, r }, [l, r]);
        const logBase = this.addLog(l);
        return this.emit(key, { kind: 'power', base: l, exponent: r, logBase }, [l, r]);
      }
      case 'call': {
        const operands = x.operands.map((operand) => this.add(operand));
        return x.name === 'log' ? this.addLog(operands[0]) : this.emitCall(x.name, operands);
      }
      case 'solve':
        return this.addSolve(x);
    }
  }

  private addLog(operand: number): number {
    const of = this.instructions[operand];
    const column = of.kind === 'symbol' ? of.index - (this.symbols.length - this.varying) : -1;
    if (!this.logColumns || column < 0) return this.emitCall('log', [operand]);
    if (!this.logColumns.includes(column)) this.logColumns.push(column);
    return this.emitSymbol(this.symbols.length + this.logColumns.indexOf(column));
  }

  private addSolve(x: SolveExpression): number {
    const free = [...symbolsOf(x.equation)].filter((name) => name !== x.unknown);
    const inputs = [...free.map((name) => this.add({ kind: 'symbol', name })), this.add(x.lower), this.add(x.upper)];
    const key = JSON.stringify(['solve', x]);
    const found = this.known.get(key);
    if (found !== undefined) return found;
    const tape = new Tape([...free, x.unknown], 1);
    const root = { tape, value: tape.add(x.equation), slope: tape.add(derivative(x.equation, x.unknown)) };
    const index = this.push({ kind: 'solve', root, inputs }, inputs);
    this.known.set(key, index);
    return index;
  }

  private emitSymbol(index: number): number {
    return this.emit(`symbol ${index}`, { kind: 'symbol', index }, []);
  }

  private emitCall(name: FunctionName, operands: readonly number[]): number {
    return this.emit(`${name} ${operands.join(' ')}`, { kind: 'call', name, operands }, operands);
  }

  private emit(key: string, instruction: Instruction, operands: readonly number[]): number {
    const found = this.known.get(key);
    if (found !== undefined) return found;
    const index = this.push(instruction, operands);
    this.known.set(key, index);
    return index;
  }

  private push(instruction: Instruction, operands: readonly number[]): number {
    const firstVarying = this.symbols.length - this.varying;
    const isVarying = instruction.kind === 'symbol' && instruction.index >= firstVarying;
    this.varies.push(isVarying || operands.some((operand) => this.varies[operand]));
    return this.instructions.push(instruction) - 1;
  }
}
