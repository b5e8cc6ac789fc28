import { PAIR, SCALAR } from '../math/wasm-arithmetic.ts';
import type { Arithmetic } from '../math/wasm-arithmetic.ts';
import { eachLane, PAIR_INDEX } from '../math/wasm-elementary-pair.ts';
import { ELEMENTARY_INDEX } from '../math/wasm-elementary.ts';
import { call, f64, f64x2, get, join, OP, set, simd } from '../math/wasm.ts';
import type { BinaryOperator, FunctionName } from './expression.ts';
import type { Instruction, Root, Tape } from './tape.ts';

/** How a tape's instructions become code: on one number, or on those of two rows at once. */
interface Target {
  readonly arithmetic: Arithmetic;
  readonly pow: readonly number[];
  readonly calls: Readonly<Record<FunctionName, readonly number[]>>;
  solve(index: number, inputs: readonly number[]): number[];
}

const ONE: Target = {
  arithmetic: SCALAR,
  pow: call(ELEMENTARY_INDEX.pow),
  calls: {
    exp: call(ELEMENTARY_INDEX.exp),
    log: call(ELEMENTARY_INDEX.log),
    sigmoid: call(ELEMENTARY_INDEX.sigmoid),
    sqrt: SCALAR.sqrt,
    min: SCALAR.min,
    max: SCALAR.max,
    step: [...f64(0), OP.f64Gt, OP.f64ConvertI32U],
  },
  solve: (index, inputs) => [...inputs.flatMap(get), ...call(index)],
};
const TWO: Target = {
  arithmetic: PAIR,
  pow: call(PAIR_INDEX.pow),
  calls: {
    exp: call(PAIR_INDEX.exp),
    log: call(PAIR_INDEX.log),
    sigmoid: call(PAIR_INDEX.sigmoid),
    sqrt: PAIR.sqrt,
    min: PAIR.min,
    max: PAIR.max,
    step: [...f64x2(0), ...simd('f64x2Gt'), ...f64x2(1), ...simd('v128And')],
  },
  solve: eachLane,
};
const OPERATIONS = { '+': 'add', '-': 'sub', '*': 'mul', '/': 'div' } as const satisfies Record<
  Exclude<BinaryOperator, '^'>,
  keyof Arithmetic
>;

/** Where the numbers of a tape stand while it is computed. */
export interface Frame {
  /** The local that an instruction's value goes to, and comes from. */
  local(instruction: number): number;
  /** Code that puts a symbol's value on the stack. */
  symbol(index: number): readonly number[];
  /** The module's function that solves an equation. */
  readonly roots: ReadonlyMap<Root, number>;
}

/** Code of the instructions that do not vary, on single numbers. */
export const fixedCode = (tape: Tape, frame: Frame): number[] => codeOf(tape, false, frame, ONE);
/** Code of the instructions that vary, on single numbers. */
export const varyingCode = (tape: Tape, frame: Frame): number[] => codeOf(tape, true, frame, ONE);
/** Code of the instructions that vary, on two rows at once; every local and symbol is a pair. */
export const pairedCode = (tape: Tape, frame: Frame): number[] => codeOf(tape, true, frame, TWO);

function codeOf(tape: Tape, varies: boolean, { local, symbol, roots }: Frame, target: Target): number[] {
  const { arithmetic } = target;
  const operands = (indices: readonly number[]): number[] => join(indices.map((index) => get(local(index))));
  const value = (instruction: Instruction): readonly number[] => {
    switch (instruction.kind) {
      case 'symbol':
        return symbol(instruction.index);
      case 'number':
        return arithmetic.constant(instruction.value);
      case 'binary':
        return [...operands([instruction.l, instruction.r]), ...arithmetic[OPERATIONS[instruction.operator]]];
      case 'power': {
        const { base, exponent, logBase } = instruction;
        return [...operands([base, exponent, logBase]), ...target.pow];
      }
      case 'call':
        return [...operands(instruction.operands), ...target.calls[instruction.name]];
      case 'solve':
        return target.solve(roots.get(instruction.root)!, instruction.inputs.map(local));
    }
  };
  const parts: (readonly number[])[] = [];
  for (let index = 0; index < tape.instructions.length; index++) {
    if (tape.varies[index] === varies) parts.push(value(tape.instructions[index]), set(local(index)));
  }
  return join(parts);
}
