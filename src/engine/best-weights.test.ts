import { expect, it } from 'vitest';
import { BestWeights } from './best-weights.ts';

const weightsOf = (values: Float32Array): ConstructorParameters<typeof BestWeights>[0] => ({
  parameters: new Map([['w', values]]),
  buffers: new Map(),
});

it('keeps the weights of the lowest loss and stops after so many without a lower one', () => {
  const w = Float32Array.of(0);
  const best = new BestWeights(weightsOf(w), 2);
  const stops = [3, 1, 2, 0.5, 0.5, 0.7].map((loss, index) => {
    w[0] = index;
    return best.note(loss);
  });
  expect(stops).toEqual([false, false, false, false, false, true]);
  best.restore();
  expect(w[0]).toBe(3);
});

it('goes on from its slots as if it had not stopped', () => {
  const w = Float32Array.of(7);
  const best = new BestWeights(weightsOf(w), 2);
  best.note(0.1);
  w[0] = 8;
  best.note(0.2);
  const resumed = new BestWeights(weightsOf(w), 2);
  for (const [name, values] of resumed.slots) values.set(best.slots.get(name)!);
  // 0.1 is no float32: its rounding must not count as a better loss.
  expect(resumed.note(0.1)).toBe(true);
  resumed.restore();
  expect(w[0]).toBe(7);
});

it('leaves weights alone where nothing was evaluated', () => {
  const w = Float32Array.of(4);
  new BestWeights(weightsOf(w), 1).restore();
  expect(w[0]).toBe(4);
});
