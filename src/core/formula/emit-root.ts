import { branch, f64, get, loopUntil, OP, set, tee, TYPE } from '../math/wasm.ts';
import type { WasmFunction } from '../math/wasm.ts';
import { fixedCode, varyingCode } from './emit-tape.ts';
import type { Frame } from './emit-tape.ts';
import type { Root, Tape } from './tape.ts';

/** Guesses at a `solve`: enough to exhaust double precision by halving alone. */
const MOST_GUESSES = 200;
/** A step below this share of the root ends the search: the next of Newton's would be lost in rounding. */
const SMALLEST_STEP = 1e-14;

/** Appends a function for each `solve` of a tape; gives the index of each in the module. */
export function addRoots(tape: Tape, functions: WasmFunction[]): Map<Root, number> {
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
  const frame: Frame = { local, symbol: (index) => get(index < inputs ? index : unknown), roots: new Map() };
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
    ...[...varyingCode(tape, frame), ...narrow, ...newton],
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
      ...fixedCode(tape, frame),
      ...[...halfWidth, ...tee(step), ...tee(before), ...get(low), OP.f64Add, ...set(unknown)],
      ...loopUntil([...guess, ...isDone], []),
      ...get(unknown),
    ],
  };
}
