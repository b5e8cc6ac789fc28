import { Random } from './random.ts';

/** Primitive polynomials and first direction numbers of dimensions 2 to 8 (Joe and Kuo 2008, new-joe-kuo-6). */
const JOE_KUO: readonly { readonly a: number; readonly m: readonly number[] }[] = [
  { a: 0, m: [1] },
  { a: 1, m: [1, 3] },
  { a: 1, m: [1, 3, 1] },
  { a: 2, m: [1, 1, 1] },
  { a: 1, m: [1, 1, 3, 3] },
  { a: 4, m: [1, 3, 5, 13] },
  { a: 2, m: [1, 1, 5, 5, 17] },
];
const BITS = 32;

function directions(dimension: number): Uint32Array {
  const v = new Uint32Array(BITS);
  if (dimension === 0) return v.map((_, bit) => 2 ** (BITS - 1 - bit));
  const { a, m } = JOE_KUO[dimension - 1];
  const s = m.length;
  for (let bit = 0; bit < BITS; bit++) {
    if (bit < s) v[bit] = m[bit] * 2 ** (BITS - 1 - bit);
    else {
      v[bit] = v[bit - s] ^ (v[bit - s] >>> s);
      for (let k = 1; k < s; k++) if ((a >> (s - 1 - k)) & 1) v[bit] ^= v[bit - k];
    }
  }
  return v;
}

/**
 * The first `count` points of the Sobol sequence in `dimensions` (1 to 8), each in [0, 1)^d. With a seed they are shifted
 * digitally by a random offset a dimension, which keeps their even cover.
 */
export function sobol(count: number, dimensions: number, seed?: number): number[][] {
  if (dimensions > JOE_KUO.length + 1)
    throw new Error(`internal: sobol has ${JOE_KUO.length + 1} dimensions, not ${dimensions}`);
  const tables = Array.from({ length: dimensions }, (_, dimension) => directions(dimension));
  const random = seed === undefined ? undefined : new Random(seed);
  const state = tables.map(() => (random ? random.integer(2 ** BITS) : 0));
  return Array.from({ length: count }, (_, index) => {
    if (index > 0) {
      const bit = 31 - Math.clz32(index & -index);
      for (const [dimension, table] of tables.entries()) state[dimension] = (state[dimension] ^ table[bit]) >>> 0;
    }
    return state.map((value) => value / 2 ** BITS);
  });
}
