import { expect, it } from 'vitest';
import { checkOf } from '../../tools/coordinate-check.ts';

const RATE = 0.015;
/** Slopes of a kind of layer that count as flat. */
const FLAT = 0.1;
const HIDDEN = ['attention', 'mlp', 'stream'];

it('activations stay flat over four widths with muP, and grow with the standard parametrisation', async () => {
  const mup = await checkOf('mup', RATE, [0, 1]);
  const standard = await checkOf('standard', RATE, [0, 1]);
  const hidden = (rows: typeof mup): number[] =>
    rows
      .filter(({ kind }) => HIDDEN.includes(kind))
      .flatMap(({ scaleSlope, changeSlope }) => [scaleSlope, changeSlope]);
  expect(hidden(mup)).toHaveLength(6);
  for (const slope of hidden(mup)) expect(Math.abs(slope)).toBeLessThan(FLAT);
  for (const slope of hidden(standard)) expect(slope).toBeGreaterThan(0.5);
  const logits = (rows: typeof mup): number => rows.find(({ kind }) => kind === 'logits')!.scaleSlope;
  expect(logits(mup)).toBeLessThan(FLAT);
  expect(logits(standard)).toBeGreaterThan(FLAT);
});
