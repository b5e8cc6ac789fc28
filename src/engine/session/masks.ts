/** Odd constants of the mixing function of MurmurHash3 (Appleby 2011, fmix32). */
const MIX_1 = 0x85ebca6b;
const MIX_2 = 0xc2b2ae35;
/** 2^32 divided by the golden ratio: neighbouring counts land far apart. */
const GOLDEN = 0x9e3779b9;

function mix(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), MIX_1);
  h = Math.imul(h ^ (h >>> 13), MIX_2);
  return h ^ (h >>> 16);
}

/** Two keys of a stream of random numbers, from whole numbers such as seed, step and mask. */
function keysOf(counts: readonly number[]): [number, number] {
  return [1, 2].map((salt) => counts.reduce((key, count) => mix(Math.imul(key, 31) + mix(count + GOLDEN)), salt)) as [
    number,
    number,
  ];
}

/**
 * Fills a mask with 0 at probability `rate`, else 1 / (1 - rate). Each place has a random number of its own, counted from seed, step, mask
 * and place: the same for any order of the work.
 */
export function drawMask(mask: Float32Array, rate: number, counts: readonly number[]): void {
  const [first, second] = keysOf(counts);
  const threshold = Math.round(rate * 2 ** 32);
  const kept = 1 / (1 - rate);
  for (let place = 0; place < mask.length; place++) {
    let h = Math.imul(place, GOLDEN) + first;
    h = Math.imul(h ^ (h >>> 16), MIX_1);
    h = Math.imul(h ^ (h >>> 13) ^ second, MIX_2);
    h = Math.imul(h ^ (h >>> 16), MIX_1);
    h ^= h >>> 15;
    mask[place] = h >>> 0 < threshold ? 0 : kept;
  }
}
