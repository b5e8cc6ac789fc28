import { sizeOf } from './sizes.ts';
import type { Attributes } from './types.ts';

/** Wavelengths of encoded distances and positions reach from 2 pi to this times 2 pi (Vaswani et al. 2017, section 3.5). */
const LONGEST_WAVE = 10_000;

/** One number everywhere. */
const FILLS: Readonly<Record<string, number>> = {
  zeros: 0,
  newzeros: 0,
  zeroslike: 0,
  ones: 1,
  newones: 1,
  oneslike: 1,
};

/** The numbers of a `generate` operator, row-major; undefined where they are random, or the model says them nowhere. */
export function generated(attributes: Attributes): Float32Array | undefined {
  const { shape = [], values, starts: [start = 0] = [], steps: [step = 1] = [] } = attributes;
  const size = sizeOf(shape);
  const name = attributes.function?.toLowerCase().replaceAll(/[ _]/g, '') ?? '';
  if (values?.length === 1) return new Float32Array(size).fill(values[0]);
  if (values) return values.length === size ? Float32Array.from(values) : undefined;
  if (Object.hasOwn(FILLS, name)) return new Float32Array(size).fill(FILLS[name]);
  if (name === 'range') return Float32Array.from({ length: size }, (_, index) => start + index * step);
  if (name === 'eye')
    return Float32Array.from({ length: size }, (_, i) => Number(Math.floor(i / shape[1]) === i % shape[1]));
  if (name === 'distances') return encodedDistances(shape);
  return undefined;
}

/** Sines, then cosines of the distances n - 1 to 0 [1, n, width] (Dai et al. 2019, section 3.3). */
function encodedDistances([, distances, width]: readonly number[]): Float32Array {
  const half = Math.ceil(width / 2);
  return Float32Array.from({ length: distances * width }, (_, index) => {
    const [distance, cell] = [distances - 1 - Math.floor(index / width), index % width];
    const angle = distance / LONGEST_WAVE ** ((2 * (cell % half)) / width);
    return cell < half ? Math.sin(angle) : Math.cos(angle);
  });
}
