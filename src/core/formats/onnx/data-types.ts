/** An element type of ONNX tensors (`TensorProto.DataType`). */
export interface DataTypeFacts {
  readonly name: string;
  /** Bits of one value; 0 where they vary. */
  readonly bits: number;
  /** Reads one value of `raw_data`, where values of this type are decoded. */
  readonly read?: (view: DataView, index: number) => number;
}

const LITTLE = true;

/** By the number that TensorProto gives them; 0 is undefined. */
export const DATA_TYPES: ReadonlyMap<number, DataTypeFacts> = new Map<number, DataTypeFacts>([
  [1, { name: 'float32', bits: 32, read: (view, index) => view.getFloat32(4 * index, LITTLE) }],
  [2, { name: 'uint8', bits: 8, read: (view, index) => view.getUint8(index) }],
  [3, { name: 'int8', bits: 8, read: (view, index) => view.getInt8(index) }],
  [4, { name: 'uint16', bits: 16, read: (view, index) => view.getUint16(2 * index, LITTLE) }],
  [5, { name: 'int16', bits: 16, read: (view, index) => view.getInt16(2 * index, LITTLE) }],
  [6, { name: 'int32', bits: 32, read: (view, index) => view.getInt32(4 * index, LITTLE) }],
  [7, { name: 'int64', bits: 64, read: (view, index) => Number(view.getBigInt64(8 * index, LITTLE)) }],
  [8, { name: 'string', bits: 0 }],
  [9, { name: 'bool', bits: 8, read: (view, index) => view.getUint8(index) }],
  [10, { name: 'float16', bits: 16, read: (view, index) => halfToNumber(view.getUint16(2 * index, LITTLE)) }],
  [11, { name: 'float64', bits: 64, read: (view, index) => view.getFloat64(8 * index, LITTLE) }],
  [12, { name: 'uint32', bits: 32, read: (view, index) => view.getUint32(4 * index, LITTLE) }],
  [13, { name: 'uint64', bits: 64, read: (view, index) => Number(view.getBigUint64(8 * index, LITTLE)) }],
  [14, { name: 'complex64', bits: 64 }],
  [15, { name: 'complex128', bits: 128 }],
  [16, { name: 'bfloat16', bits: 16, read: (view, index) => brainToNumber(view.getUint16(2 * index, LITTLE)) }],
  [17, { name: 'float8e4m3fn', bits: 8 }],
  [18, { name: 'float8e4m3fnuz', bits: 8 }],
  [19, { name: 'float8e5m2', bits: 8 }],
  [20, { name: 'float8e5m2fnuz', bits: 8 }],
  [21, { name: 'uint4', bits: 4 }],
  [22, { name: 'int4', bits: 4 }],
  [23, { name: 'float4e2m1', bits: 4 }],
  [24, { name: 'float8e8m0', bits: 8 }],
  [25, { name: 'uint2', bits: 2 }],
  [26, { name: 'int2', bits: 2 }],
]);

/** A half (IEEE 754 binary16) as a number. */
export function halfToNumber(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** A bfloat16, the upper half of a float32, as a number. */
function brainToNumber(brain: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, brain << 16);
  return view.getFloat32(0);
}

/** float32, float16, float64 and bfloat16. */
const FLOATS: ReadonlySet<number> = new Set([1, 10, 11, 16]);

/** Whether a type holds fractions that a model may be trained in. */
export const isFloat = (dataType: number): boolean => FLOATS.has(dataType);
