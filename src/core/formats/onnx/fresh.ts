import type { Parameter } from '../../graph/parameter.ts';
import { sizeOf } from '../../graph/shapes.ts';
import { Random } from '../../math/random.ts';

/** Spread of tables that are looked up. */
const TABLE_DEVIATION = 0.02;

/** First values of a weight of a scaled model: it was never trained at this size. */
export function freshValues(shape: readonly number[], parameter: Parameter | undefined, stream: number): Float32Array {
  const values = new Float32Array(sizeOf(shape));
  // Statistics: a mean of 0 would do, but a variance may not be 0, and a mean of 1 harms nothing.
  if (!parameter || parameter.role === 'gain') return values.fill(1);
  if (parameter.role === 'bias') return values;
  const isTable = parameter.role === 'embedding' || parameter.role === 'position';
  const deviation = isTable ? TABLE_DEVIATION : 1 / Math.sqrt(Math.max(1, parameter.fanIn));
  const random = new Random(0, stream);
  for (let index = 0; index < values.length; index++) values[index] = deviation * random.normal();
  return values;
}

/** Values in the little-endian form of a TensorProto type. */
export function encoded(values: Float32Array, dataType: number): ArrayBufferView {
  switch (dataType) {
    case 1:
      return values;
    case 11:
      return Float64Array.from(values);
    case 10:
      return Uint16Array.from(values, halfOf);
    case 16:
      return Uint16Array.from(values, (value) => bitsOf(value) >>> 16);
    default:
      return new Uint8Array(values.length);
  }
}

const view = new DataView(new ArrayBuffer(4));

function bitsOf(value: number): number {
  view.setFloat32(0, value);
  return view.getUint32(0);
}

/** Half precision, cut off: first values need no rounding. */
function halfOf(value: number): number {
  const bits = bitsOf(value);
  const exponent = ((bits >>> 23) & 0xff) - 112;
  const sign = (bits >>> 16) & 0x8000;
  return exponent <= 0 ? sign : sign | (Math.min(exponent, 30) << 10) | ((bits >>> 13) & 0x3ff);
}
