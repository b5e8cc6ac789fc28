import { ELEMENTARY, ELEMENTARY_INDEX } from '../math/wasm-elementary.ts';
import {
  branch,
  call,
  f64,
  forLoop,
  get,
  i32,
  loadF64,
  loopUntil,
  OP,
  set,
  storeF64,
  tee,
  TYPE,
} from '../math/wasm.ts';
import type { WasmFunction } from '../math/wasm.ts';
import type { BinaryOperator, FunctionName } from './expression.ts';
import type { Instruction, Root, Tape } from './tape.ts';

/** Guesses at a `solve`: enough to exhaust double precision by halving alone. */
const MOST_GUESSES = 200;
/** A step below this share of the root ends the search: the next of Newton's would be lost in rounding. */
const SMALLEST_STEP = 1e-14;
export const F64_BYTES = 8;

const BINARY: Readonly<Record<Exclude<BinaryOperator, '^'>, number>> = {
  '+': OP.f64Add,
  '-': OP.f64Sub,
  '*': OP.f64Mul,
  '/': OP.f64Div,
};
const CALLS: Readonly<Record<FunctionName, readonly number[]>> = {
  exp: call(ELEMENTARY_INDEX.exp),
  log: call(ELEMENTARY_INDEX.log),
  sigmoid: call(ELEMENTARY_INDEX.sigmoid),
  sqrt: [OP.f64Sqrt],
  min: [OP.f64Min],
  max: [OP.f64Max],
  step: [...f64(0), OP.f64Gt, OP.f64ConvertI32U],
};

/**
 * The functions of a module that evaluates a tape over rows: the elementary functions, one function a `solve`, and `rows`.
 * `rows(parameters, columns, pitch, results)` takes addresses in bytes: the fixed symbols one after another, the columns of the varying
 * symbols and of the tape's logarithms `pitch` bytes apart (8 times the number of rows), and where to write the values of `outputs`: row
 * by row, or their sums over all rows.
 */
export function emitRows(tape: Tape, varying: number, outputs: readonly number[], isSum: boolean): WasmFunction[] {
  const functions = [...ELEMENTARY];
  const rootIndex = addRoots(tape, functions);
  const [parameters, columns, pitch, results, row] = [0, 1, 2, 3, 4];
  const local = (instruction: number): number => 5 + instruction;
  const total = (index: number): number => 5 + tape.instructions.length + index;
  const fixed = tape.symbols.length - varying;
  const symbolAt = (index: number): number[] => {
    if (index < fixed) return [...get(parameters), ...loadF64(F64_BYTES * index)];
    const skip = [...get(pitch), ...i32(index - fixed), OP.i32Mul, OP.i32Add];
    return [...get(columns), ...get(row), OP.i32Add, ...skip, ...loadF64()];
  };
  const code = (varies: boolean): number[] => codeOf(tape, varies, local, symbolAt, rootIndex);
  const store = (value: (index: number) => number): number[] =>
    outputs.flatMap((_, index) => [...get(results), ...get(value(index)), ...storeF64(F64_BYTES * index)]);
  const advance = [...get(results), ...i32(F64_BYTES * outputs.length), OP.i32Add, ...set(results)];
  const accumulate = outputs.flatMap((output, index) => [
    ...[...get(total(index)), ...get(local(output)), OP.f64Add, ...set(total(index))],
  ]);
  const perRow = isSum ? accumulate : [...store((index) => local(outputs[index])), ...advance];
  functions.push({
    name: 'rows',
    parameters: [TYPE.i32, TYPE.i32, TYPE.i32, TYPE.i32],
    locals: [TYPE.i32, ...tape.instructions.map(() => TYPE.f64), ...(isSum ? outputs.map(() => TYPE.f64) : [])],
    body: [
      ...code(false),
      ...forLoop(row, pitch, F64_BYTES, [...code(true), ...perRow]),
      ...(isSum ? store(total) : []),
    ],
  });
  return functions;
}

/** Appends a function for each `solve` of a tape; gives the index of each in the module. */
function addRoots(tape: Tape, functions: WasmFunction[]): Map<Root, number> {
  const indices = new Map<Root, number>();
  for (const instruction of tape.instructions) {
    if (instruction.kind !== 'solve') continue;
    indices.set(instruction.root, functions.length);
    functions.push(emitRoot(instruction.root, `solve${functions.length}`));
  }
  return indices;
}

/**
 * The root of an equation that rises through 0, up to rounding: Newton's steps while they stay between the bounds and at least
 * halve the step before last, else halving (Press et al., Numerical Recipes, rtsafe); NaN where the bounds are not in order.
 */
function emitRoot({ tape, value, slope }: Root, name: string): WasmFunction {
  const inputs = tape.symbols.length - 1;
  const [low, high, unknown, next, step, before, count] = [0, 1, 2, 3, 4, 5, 6].map((index) => inputs + index);
  const local = (instruction: number): number => inputs + 7 + instruction;
  const symbolAt = (index: number): number[] => get(index < inputs ? index : unknown);
  const code = (varies: boolean): number[] => codeOf(tape, varies, local, symbolAt, new Map());
  const halfWidth = [...get(high), ...get(low), OP.f64Sub, ...f64(0.5), OP.f64Mul];
  const narrow = branch(
    [...get(local(value)), ...f64(0), OP.f64Lt],
    [...get(unknown), ...set(low)],
    [...get(unknown), ...set(high)],
  );
  const newton = [
    ...[...get(local(value)), ...get(local(slope)), OP.f64Div, ...tee(step)],
    ...[OP.f64Neg, ...get(unknown), OP.f64Add, ...set(next)],
  ];
  const isGood = [
    ...[...get(next), ...get(low), OP.f64Gt],
    ...[...get(next), ...get(high), OP.f64Lt, OP.i32And],
    ...[...get(step), OP.f64Abs, ...get(before), ...f64(0.5), OP.f64Mul, OP.f64Le, OP.i32And],
  ];
  const halve = [...halfWidth, ...tee(step), ...get(low), OP.f64Add, ...set(next)];
  const lastStep = tape.instructions.length + inputs + 7;
  const guess = [
    ...[...get(step), OP.f64Abs, ...set(lastStep)],
    ...[...code(true), ...narrow, ...newton],
    ...branch(isGood, [], halve),
    ...[...get(lastStep), ...set(before)],
    ...[...get(count), ...f64(1), OP.f64Add, ...set(count)],
  ];
  const isDone = [
    ...[...get(next), ...get(unknown), OP.f64Sub, OP.f64Abs],
    ...[...get(next), OP.f64Abs, ...f64(SMALLEST_STEP), OP.f64Mul, OP.f64Le],
    ...[...get(count), ...f64(MOST_GUESSES), OP.f64Ge, OP.i32Or],
    ...[...get(next), ...set(unknown)],
  ];
  return {
    name,
    parameters: [...Array.from({ length: inputs }, () => TYPE.f64), TYPE.f64, TYPE.f64],
    result: TYPE.f64,
    locals: [
      ...[unknown, next, step, before, count].map(() => TYPE.f64),
      ...tape.instructions.map(() => TYPE.f64),
      TYPE.f64,
    ],
    body: [
      ...branch([...get(low), ...get(high), OP.f64Lt], [], [...f64(Number.NaN), OP.return]),
      ...code(false),
      ...[...halfWidth, ...tee(step), ...tee(before), ...get(low), OP.f64Add, ...set(unknown)],
      ...loopUntil([...guess, ...isDone], []),
      ...get(unknown),
    ],
  };
}

/** Code of the instructions that vary, or of those that do not: each value goes to a local of its own. */
function codeOf(
  tape: Tape,
  varies: boolean,
  local: (instruction: number) => number,
  symbolAt: (index: number) => number[],
  rootIndex: ReadonlyMap<Root, number>,
): number[] {
  const operands = (indices: readonly number[]): number[] => indices.flatMap((index) => get(local(index)));
  const value = (instruction: Instruction): number[] => {
    switch (instruction.kind) {
      case 'symbol':
        return symbolAt(instruction.index);
      case 'number':
        return f64(instruction.value);
      case 'binary':
        return [...operands([instruction.l, instruction.r]), BINARY[instruction.operator]];
      case 'power': {
        const { base, exponent, logBase } = instruction;
        return [...operands([base, exponent, logBase]), ...call(ELEMENTARY_INDEX.pow)];
      }
      case 'call':
        return [...operands(instruction.operands), ...CALLS[instruction.name]];
      case 'solve':
        return [...operands(instruction.inputs), ...call(rootIndex.get(instruction.root)!)];
    }
  };
  return tape.instructions.flatMap((instruction, index) =>
    tape.varies[index] === varies ? [...value(instruction), ...set(local(index))] : [],
  );
}
