/** A small WebAssembly assembler: enough for numeric kernels over one imported memory. No text format, no validation. */

export const TYPE = { i32: 0x7f, f32: 0x7d, f64: 0x7c, v128: 0x7b } as const;
export type ValueType = (typeof TYPE)[keyof typeof TYPE];

/** Opcodes by their names in the specification; those that take immediates are built by the functions below. */
export const OP = {
  end: 0x0b,
  drop: 0x1a,
  i32Add: 0x6a,
  i32Sub: 0x6b,
  i32Mul: 0x6c,
  i32LtU: 0x49,
  f32Add: 0x92,
  f32Mul: 0x94,
  f64Abs: 0x99,
  f64Neg: 0x9a,
  f64Sqrt: 0x9f,
  f64Add: 0xa0,
  f64Sub: 0xa1,
  f64Mul: 0xa2,
  f64Div: 0xa3,
  f64Min: 0xa4,
  f64Max: 0xa5,
} as const;

/** SIMD opcodes, behind the prefix 0xfd. */
const SIMD = {
  load: 0,
  store: 11,
  f32x4Splat: 19,
  f64x2ExtractLane: 33,
  f32x4Sqrt: 227,
  f32x4Add: 228,
  f32x4Sub: 229,
  f32x4Mul: 230,
  f32x4Div: 231,
  f64x2Add: 240,
  f64x2Mul: 242,
  f64x2PromoteLowF32x4: 95,
  i8x16Shuffle: 13,
} as const;

export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value >>> 0;
  do {
    bytes.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    rest >>>= 7;
  } while (rest !== 0);
  return bytes;
}

function signed(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value | 0; ; rest >>= 7) {
    const isLast = (rest >= -64 && rest < 64) || rest === 0;
    bytes.push((rest & 0x7f) | (isLast ? 0 : 0x80));
    if (isLast) return bytes;
  }
}

export const get = (local: number): number[] => [0x20, ...unsigned(local)];
export const set = (local: number): number[] => [0x21, ...unsigned(local)];
export const tee = (local: number): number[] => [0x22, ...unsigned(local)];
export const call = (index: number): number[] => [0x10, ...unsigned(index)];
export const i32 = (value: number): number[] => [0x41, ...signed(value)];
export const f64 = (value: number): number[] => [0x44, ...new Uint8Array(Float64Array.of(value).buffer)];
export const loadI32 = (offset = 0): number[] => [0x28, 2, ...unsigned(offset)];
export const loadF32 = (offset = 0): number[] => [0x2a, 2, ...unsigned(offset)];
export const storeF32 = (offset = 0): number[] => [0x38, 2, ...unsigned(offset)];
export const loadF64 = (offset = 0): number[] => [0x2b, 3, ...unsigned(offset)];
export const storeF64 = (offset = 0): number[] => [0x39, 3, ...unsigned(offset)];
export const loadV128 = (offset = 0): number[] => [0xfd, ...unsigned(SIMD.load), 2, ...unsigned(offset)];
export const storeV128 = (offset = 0): number[] => [0xfd, ...unsigned(SIMD.store), 2, ...unsigned(offset)];
export const f64x2Lane = (lane: number): number[] => [0xfd, ...unsigned(SIMD.f64x2ExtractLane), lane];
export const simd = (
  name: Exclude<keyof typeof SIMD, 'load' | 'store' | 'f64x2ExtractLane' | 'i8x16Shuffle'>,
): number[] => [0xfd, ...unsigned(SIMD[name])];
/** The upper half of a vector moved into its lower half. */
export const upperHalf = (): number[] => [
  0xfd,
  ...unsigned(SIMD.i8x16Shuffle),
  ...[8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15],
];

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

const vector = (items: readonly (readonly number[])[]): number[] => [...unsigned(items.length), ...items.flat()];
const section = (id: number, bytes: readonly number[]): number[] => [id, ...unsigned(bytes.length), ...bytes];
const text = (value: string): number[] => {
  const bytes = [...new TextEncoder().encode(value)];
  return [...unsigned(bytes.length), ...bytes];
};

function codeOf({ locals = [], body }: WasmFunction): number[] {
  const code = [...vector(locals.map((type) => [1, type])), ...body, OP.end];
  return [...unsigned(code.length), ...code];
}

/** The bytes of a module that imports the memory `env.memory` and exports every function under its name. */
export function assemble(functions: readonly WasmFunction[]): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ parameters, result }) => [
    0x60,
    ...vector(parameters.map((type) => [type])),
    ...vector(result === undefined ? [] : [[result]]),
  ]);
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, vector(types)),
    ...section(2, vector([[...text('env'), ...text('memory'), 0x02, 0x00, 0x01]])),
    ...section(3, vector(functions.map((_, index) => unsigned(index)))),
    ...section(7, vector(functions.map(({ name }, index) => [...text(name), 0x00, ...unsigned(index)]))),
    ...section(10, vector(functions.map(codeOf))),
  ]);
}
