import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Dataset } from '../../src/app/worker/dataset.ts';
import { augmentSchema } from '../../src/core/schema/data.ts';
import type { BatchSource } from '../../src/engine/data/contract.ts';
import { folderOf, npy, npz, openImages } from '../support/data-files.ts';

const SIZE = 6 * 5 * 3;
const COUNT = 40;
const AUGMENT = augmentSchema.parse({ crop: 2, flip: true, cutout: 0.4, randAugment: 1 });

let data: Dataset;
beforeAll(async () => {
  const pixels = Uint8Array.from({ length: COUNT * SIZE }, (_, at) => (at * 37 + (at >> 4) * 11) % 256);
  const labels = Uint8Array.from({ length: COUNT }, (_, at) => at % 2);
  const file = npz({ images: npy('|u1', [COUNT, 6, 5, 3], pixels), labels: npy('|u1', [COUNT], labels) });
  data = await openImages(folderOf({ 'a.npz': file }), { train: 'a.npz' });
});
afterAll(() => data.close());

const batches = (prefetch: boolean, augment = AUGMENT): BatchSource =>
  data.batches({ input: { name: 'x', height: 8, width: 8 }, batch: 7, seed: 3, augment, prefetch });

async function filled(source: BatchSource, step: number): Promise<number[]> {
  const inputs = { x: new Float32Array(7 * 192), targets: new Int32Array(7) };
  await source.fill(step, inputs);
  return [...inputs.x, ...inputs.targets];
}

test('a thread makes the same batches ahead, also after a jump, a step back and a repeat', async () => {
  const [threaded, direct] = [batches(true), batches(false)];
  for (const step of [0, 1, 2, 3, 4, 100, 101, 50, 50, 51, 0])
    expect(await filled(threaded, step), `step ${step}`).toEqual(await filled(direct, step));
});

test('what goes wrong in the thread is told as it would be without one', async () => {
  const mixing = batches(true, { ...AUGMENT, mixup: 1 });
  await expect(filled(mixing, 0)).rejects.toMatchObject({ code: 'invalid-input', path: 'data.augment.mixup' });
});

test('a closed source says that its thread has ended', async () => {
  const source = batches(true);
  await filled(source, 0);
  await data.close();
  await expect(filled(source, 9)).rejects.toThrow(/thread/);
});
