import { normalQuantile } from './normal.ts';

const rotate = (value: number, by: number): number => (value << by) | (value >>> (32 - by));

/** splitmix32: spreads a counter over 32 bits; fills the generator's state from a seed. */
function splitmix(state: { value: number }): number {
  state.value = (state.value + 0x9e3779b9) | 0;
  let z = state.value;
  z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
  z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
  return z ^ (z >>> 16);
}

/**
 * The project's seeded generator: xoshiro128** (Blackman and Vigna 2018). The same seed and stream give the same digits
 * on every machine. Streams of one seed are independent for all practical purposes.
 */
export class Random {
  private readonly state = new Int32Array(4);

  /** `seed` and `stream` are whole numbers from 0 to 2^53 - 1. */
  constructor(seed: number, stream = 0) {
    const mixer = { value: 0 };
    for (const word of [seed, Math.floor(seed / 2 ** 32), stream, Math.floor(stream / 2 ** 32)]) {
      mixer.value ^= word | 0;
      mixer.value = splitmix(mixer);
    }
    for (let index = 0; index < 4; index++) this.state[index] = splitmix(mixer);
  }

  private bits(): number {
    const s = this.state;
    const result = Math.imul(rotate(Math.imul(s[1], 5), 7), 9);
    const t = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 11);
    return result >>> 0;
  }

  /** Uniform on [0, 1), 53 bits. */
  next(): number {
    return ((this.bits() >>> 5) * 2 ** 26 + (this.bits() >>> 6)) / 2 ** 53;
  }

  /** Uniform on 0 .. n - 1; n up to 2^32 (the bias of the last place is under n / 2^53). */
  integer(n: number): number {
    return Math.floor(this.next() * n);
  }

  /** Standard normal, by inversion: one uniform number each. */
  normal(): number {
    return normalQuantile((this.integer(2 ** 52) + 0.5) / 2 ** 52);
  }

  /** The numbers 0 .. n - 1 in random order (Fisher and Yates). */
  permutation(n: number): Uint32Array {
    const order = Uint32Array.from({ length: n }, (_, index) => index);
    for (let last = n - 1; last > 0; last--) {
      const other = this.integer(last + 1);
      [order[last], order[other]] = [order[other], order[last]];
    }
    return order;
  }
}
