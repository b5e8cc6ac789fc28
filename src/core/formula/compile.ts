import { exp, log, pow } from '../math/elementary.ts';
import { symbolsOf } from './expression.ts';
import type { Expression, SolveExpression } from './expression.ts';

/** Evaluates expressions for values of their symbols; equal subexpressions are computed once. */
export interface Kernel {
  /** Writes the value of each expression to `results`, from the symbols' values in the order that was compiled for. */
  evaluate(values: ArrayLike<number>, results: Float64Array): void;
}

/** One instruction: an operation on earlier registers, writing the register of its own index. */
interface Instruction {
  readonly run: (registers: Float64Array) => number;
}

/** Halvings of the interval of a `solve`: enough to exhaust double precision. */
const MOST_HALVINGS = 200;

const sigmoid = (x: number): number => (x >= 0 ? 1 / (1 + exp(-x)) : 1 - 1 / (1 + exp(x)));

/**
 * Compiles expressions over named symbols to a tape of instructions on registers. Nothing of a formula's text is ever run as
 * code: the tape is made from the checked tree alone.
 */
export function compile(expressions: readonly Expression[], symbols: readonly string[]): Kernel {
  const tape = new Tape(symbols);
  const outputs = expressions.map((expression) => tape.add(expression));
  return tape.finish(outputs);
}

class Tape {
  private readonly symbols: readonly string[];
  private readonly instructions: Instruction[] = [];
  private readonly known = new Map<string, number>();
  private readonly constants: [number, number][] = [];

  constructor(symbols: readonly string[]) {
    this.symbols = symbols;
  }

  /** Gives the register that holds an expression's value. */
  add(x: Expression): number {
    switch (x.kind) {
      case 'number':
        return this.constant(x.value);
      case 'symbol': {
        const index = this.symbols.indexOf(x.name);
        if (index < 0) throw new Error(`internal: symbol '${x.name}' has no value`);
        return index;
      }
      case 'binary': {
        const [l, r] = [this.add(x.left), this.add(x.right)];
        return this.emit(`${x.operator} ${l} ${r}`, binaryInstruction(x.operator, l, r));
      }
      case 'call': {
        const [a, b] = x.operands.map((operand) => this.add(operand));
        return this.emit(`${x.name} ${a} ${b}`, callInstruction(x.name, a, b));
      }
      case 'solve':
        return this.addSolve(x);
    }
  }

  finish(outputs: readonly number[]): Kernel {
    const first = this.symbols.length;
    const registers = new Float64Array(first + this.instructions.length);
    for (const [register, value] of this.constants) registers[register] = value;
    const steps = this.instructions
      .map(({ run }, index) => ({ run, register: first + index }))
      .filter(({ run }) => run !== held);
    return {
      evaluate(values, results) {
        for (let index = 0; index < first; index++) registers[index] = values[index];
        for (const { run, register } of steps) registers[register] = run(registers);
        for (let index = 0; index < outputs.length; index++) results[index] = registers[outputs[index]];
      },
    };
  }

  private emit(key: string, run: Instruction['run']): number {
    const found = this.known.get(key);
    if (found !== undefined) return found;
    const register = this.symbols.length + this.instructions.push({ run }) - 1;
    this.known.set(key, register);
    return register;
  }

  private constant(value: number): number {
    const register = this.emit(`number ${value}`, held);
    this.constants.push([register, value]);
    return register;
  }

  private addSolve(x: SolveExpression): number {
    const free = [...symbolsOf(x.equation)].filter((name) => name !== x.unknown);
    const inputs = free.map((name) => this.add({ kind: 'symbol', name }));
    const [lower, upper] = [this.add(x.lower), this.add(x.upper)];
    const equation = compile([x.equation], [...free, x.unknown]);
    const values = new Float64Array(free.length + 1);
    const result = new Float64Array(1);
    const at = (y: number): number => {
      values[free.length] = y;
      equation.evaluate(values, result);
      return result[0];
    };
    return this.emit(`solve ${JSON.stringify(x)}`, (registers) => {
      for (let index = 0; index < free.length; index++) values[index] = registers[inputs[index]];
      return bisect(at, registers[lower], registers[upper]);
    });
  }
}

/** Stands for a register that is filled once, when the tape is made. */
const held: Instruction['run'] = () => Number.NaN;

/** The root between two bounds of a function that rises through 0; NaN where the bounds are not in order. */
function bisect(f: (y: number) => number, lower: number, upper: number): number {
  if (!(lower < upper)) return Number.NaN;
  let [low, high] = [lower, upper];
  for (let halving = 0; halving < MOST_HALVINGS; halving++) {
    const middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) break;
    if (f(middle) < 0) low = middle;
    else high = middle;
  }
  return low + (high - low) / 2;
}

function binaryInstruction(operator: string, l: number, r: number): Instruction['run'] {
  switch (operator) {
    case '+':
      return (v) => v[l] + v[r];
    case '-':
      return (v) => v[l] - v[r];
    case '*':
      return (v) => v[l] * v[r];
    case '/':
      return (v) => v[l] / v[r];
    default:
      return (v) => pow(v[l], v[r]);
  }
}

function callInstruction(name: string, a: number, b: number): Instruction['run'] {
  switch (name) {
    case 'exp':
      return (v) => exp(v[a]);
    case 'log':
      return (v) => log(v[a]);
    case 'sqrt':
      return (v) => Math.sqrt(v[a]);
    case 'min':
      return (v) => Math.min(v[a], v[b]);
    case 'max':
      return (v) => Math.max(v[a], v[b]);
    case 'sigmoid':
      return (v) => sigmoid(v[a]);
    default:
      return (v) => (v[a] > 0 ? 1 : 0);
  }
}
