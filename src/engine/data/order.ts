import { Random } from '../../core/math/random.ts';

/** Stream of the seed that orders the samples, plus the epoch. */
const ORDER_STREAM = 1_000_003;

/**
 * The sample that stands at a place of a training run: every epoch visits each of `count` samples once, in an order that
 * follows from seed and epoch alone. Batches run on over the end of an epoch.
 */
export function epochOrder(count: number, seed: number): (place: number) => number {
  let current: { epoch: number; order: Uint32Array } = { epoch: -1, order: new Uint32Array() };
  return (place) => {
    const epoch = Math.floor(place / count);
    if (epoch !== current.epoch) current = { epoch, order: new Random(seed, ORDER_STREAM + epoch).permutation(count) };
    return current.order[place % count];
  };
}

/** Place `index` of `most` places spread evenly over `count`. */
export const spread = (index: number, most: number, count: number): number => Math.floor((index * count) / most);
