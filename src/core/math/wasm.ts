/** A small WebAssembly assembler: enough for numeric kernels over one imported memory. No text format, no validation. */

export const TYPE = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b } as const;
export type ValueType = (typeof TYPE)[keyof typeof TYPE];

/** Opcodes by their names in the specification; those that take immediates are built by the functions below. */
export const OP = {
  else: 0x05,
  end: 0x0b,
  return: 0x0f,
  drop: 0x1a,
  select: 0x1b,
  i32Add: 0x6a,
  i32Sub: 0x6b,
  i32Mul: 0x6c,
  i32Eq: 0x46,
  i32LtU: 0x49,
  i32And: 0x71,
  i32Or: 0x72,
  i64Add: 0x7c,
  i64Sub: 0x7d,
  i64And: 0x83,
  i64Or: 0x84,
  i64Shl: 0x86,
  i64ShrU: 0x88,
  f32Add: 0x92,
  f32Mul: 0x94,
  f64Eq: 0x61,
  f64Ne: 0x62,
  f64Lt: 0x63,
  f64Gt: 0x64,
  f64Le: 0x65,
  f64Ge: 0x66,
  f64Abs: 0x99,
  f64Neg: 0x9a,
  f64Floor: 0x9c,
  f64Sqrt: 0x9f,
  f64Add: 0xa0,
  f64Sub: 0xa1,
  f64Mul: 0xa2,
  f64Div: 0xa3,
  f64Min: 0xa4,
  f64Max: 0xa5,
  i64TruncF64: 0xb0,
  f64ConvertI32U: 0xb8,
  f64ConvertI64: 0xb9,
  i64FromBits: 0xbd,
  f64FromBits: 0xbf,
} as const;

/** SIMD opcodes without immediates, behind the prefix 0xfd; those with immediates are built by the functions below. */
const SIMD = {
  f32x4Splat: 19,
  f64x2Splat: 20,
  f64x2Eq: 71,
  f64x2Ne: 72,
  f64x2Lt: 73,
  f64x2Gt: 74,
  f64x2Le: 75,
  f64x2Ge: 76,
  v128And: 78,
  v128Or: 80,
  v128Bitselect: 82,
  f64x2PromoteLowF32x4: 95,
  f64x2Floor: 117,
  i64x2AllTrue: 195,
  i64x2Shl: 203,
  i64x2ShrU: 205,
  f32x4Sqrt: 227,
  f32x4Add: 228,
  f32x4Sub: 229,
  f32x4Mul: 230,
  f32x4Div: 231,
  f64x2Abs: 236,
  f64x2Neg: 237,
  f64x2Sqrt: 239,
  f64x2Add: 240,
  f64x2Sub: 241,
  f64x2Mul: 242,
  f64x2Div: 243,
  f64x2Min: 244,
  f64x2Max: 245,
} as const;

export function unsigned(value: number): number[] {
  if (value < 0x80) return [value];
  const bytes: number[] = [];
  let rest = value >>> 0;
  do {
    bytes.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    rest >>>= 7;
  } while (rest !== 0);
  return bytes;
}

function signed(value: bigint): number[] {
  if (value >= -64n && value < 64n) return [Number(value & 0x7fn)];
  const bytes: number[] = [];
  for (let rest = value; ; rest >>= 7n) {
    const isLast = rest >= -64n && rest < 64n;
    bytes.push(Number(rest & 0x7fn) | (isLast ? 0 : 0x80));
    if (isLast) return bytes;
  }
}

/** An opcode and an index, most often one of a single byte: kernels are made of these. */
const indexed = (opcode: number, index: number): number[] =>
  index < 0x80 ? [opcode, index] : [opcode, ...unsigned(index)];
export const get = (local: number): number[] => indexed(0x20, local);
export const set = (local: number): number[] => indexed(0x21, local);
export const tee = (local: number): number[] => indexed(0x22, local);
export const call = (index: number): number[] => indexed(0x10, index);
export const i32 = (value: number): number[] => [0x41, ...signed(BigInt(value | 0))];
export const i64 = (value: bigint): number[] => [0x42, ...signed(value)];
export const f64 = (value: number): number[] => [0x44, ...new Uint8Array(Float64Array.of(value).buffer)];
export const loadI32 = (offset = 0): number[] => [0x28, 2, ...unsigned(offset)];
export const loadF32 = (offset = 0): number[] => [0x2a, 2, ...unsigned(offset)];
export const storeF32 = (offset = 0): number[] => [0x38, 2, ...unsigned(offset)];
export const loadF64 = (offset = 0): number[] => [0x2b, 3, ...unsigned(offset)];
export const storeF64 = (offset = 0): number[] => [0x39, 3, ...unsigned(offset)];
export const loadV128 = (offset = 0): number[] => [0xfd, 0, 2, ...unsigned(offset)];
export const storeV128 = (offset = 0): number[] => [0xfd, 11, 2, ...unsigned(offset)];
/** Stores one lane of two; the address lies below the vector. */
export const storeF64x2Lane = (lane: number, offset = 0): number[] => [0xfd, 91, 3, ...unsigned(offset), lane];
export const f64x2Lane = (lane: number): number[] => [0xfd, 33, lane];
/** Replaces a lane of the vector that lies below the new value. */
export const f64x2Replace = (lane: number): number[] => [0xfd, 34, lane];
/** Two numbers of 64 bits, the first lane first. */
export const i64x2 = (first: bigint, second = first): number[] => [
  ...[0xfd, 12],
  ...new Uint8Array(BigInt64Array.of(first, second).buffer),
];
export const f64x2 = (value: number): number[] => {
  const bytes = new Uint8Array(Float64Array.of(value).buffer);
  return [0xfd, 12, ...bytes, ...bytes];
};
export const simd = (name: keyof typeof SIMD): number[] => [0xfd, ...unsigned(SIMD[name])];
/** The upper half of a vector moved into its lower half. */
export const upperHalf = (): number[] => [
  ...[0xfd, 13],
  ...[8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15],
];

/** Runs `body` where the condition holds; `otherwise` must leave what `body` leaves, as `result` says. */
export function branch(
  condition: readonly number[],
  body: readonly number[],
  otherwise: readonly number[] = [],
  result?: ValueType,
): number[] {
  const rest = otherwise.length > 0 ? [OP.else, ...otherwise] : [];
  return [...condition, 0x04, result ?? 0x40, ...body, ...rest, OP.end];
}

/** Runs `body` again and again until the condition, computed before each turn, holds. */
export function loopUntil(condition: readonly number[], body: readonly number[]): number[] {
  return [0x02, 0x40, 0x03, 0x40, ...condition, 0x0d, 1, ...body, 0x0c, 0, OP.end, OP.end];
}

/** Runs `body` while local `counter` is below local `limit` (unsigned), adding `step` after each turn. */
export function forLoop(counter: number, limit: number, step: number, body: readonly number[]): number[] {
  const condition = [...get(counter), ...get(limit), OP.i32LtU];
  const advance = [...get(counter), ...i32(step), OP.i32Add, ...set(counter)];
  // block; loop; if not condition, leave the block; body; advance; again
  return [0x02, 0x40, 0x03, 0x40, ...condition, 0x45, 0x0d, 1, ...body, ...advance, 0x0c, 0, OP.end, OP.end];
}

export interface WasmFunction {
  readonly name: string;
  readonly parameters: readonly ValueType[];
  readonly result?: ValueType;
  /** Types of the locals that follow the parameters. */
  readonly locals?: readonly ValueType[];
  readonly body: readonly number[];
}

/** Code one after another: Array.concat copies whole arrays, where flat and flatMap walk over their elements, and a first fit waits. */
export const join = (parts: readonly (readonly number[])[]): number[] => ([] as number[]).concat(...parts);
const vector = (items: readonly (readonly number[])[]): number[] => unsigned(items.length).concat(...items);
const section = (id: number, bytes: readonly number[]): number[] => [id, ...unsigned(bytes.length), ...bytes];
/** Names are ASCII. */
function text(value: string): number[] {
  const bytes = unsigned(value.length);
  for (let index = 0; index < value.length; index++) bytes.push(value.charCodeAt(index));
  return bytes;
}

const codes = new WeakMap<WasmFunction, readonly number[]>();

/** A function's entry in the code section; functions that stand in many modules are encoded once. */
function codeOf(wasmFunction: WasmFunction): readonly number[] {
  const known = codes.get(wasmFunction);
  if (known) return known;
  const { locals = [], body } = wasmFunction;
  const groups: [count: number, type: number][] = [];
  for (const type of locals) {
    const last = groups.at(-1);
    if (last?.[1] === type) last[0] += 1;
    else groups.push([1, type]);
  }
  const code = [...vector(groups.map(([count, type]) => [...unsigned(count), type])), ...body, OP.end];
  const entry = [...unsigned(code.length), ...code];
  codes.set(wasmFunction, entry);
  return entry;
}

/** The bytes of a module that imports the memory `env.memory` and exports every function under its name. */
export function assemble(functions: readonly WasmFunction[]): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ parameters, result }) => [
    0x60,
    ...vector(parameters.map((type) => [type])),
    ...vector(result === undefined ? [] : [[result]]),
  ]);
  return new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, vector(types)),
    ...section(2, vector([[...text('env'), ...text('memory'), 0x02, 0x00, 0x01]])),
    ...section(3, vector(functions.map((_, index) => unsigned(index)))),
    ...section(7, vector(functions.map(({ name }, index) => [...text(name), 0x00, ...unsigned(index)]))),
    ...section(10, vector(functions.map(codeOf))),
  ]);
}
