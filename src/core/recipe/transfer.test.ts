import { expect, it } from 'vitest';
import { presetModel } from '../model/families.ts';
import { transferTable } from './transfer.ts';
import type { Parametrization, TransferRow } from './transfer.ts';

const base = presetModel('gpt2')!;
const wide = base.apply([
  { kind: 'parameter', path: 'width', value: 1536 },
  { kind: 'parameter', path: 'attention.heads', value: 24 },
  { kind: 'parameter', path: 'attention.kvHeads', value: 24 },
  { kind: 'parameter', path: 'feedForward.hidden', value: 6144 },
  { kind: 'parameter', path: 'depth', value: 24 },
]);

function rowOf(rule: Parametrization, name: RegExp): TransferRow {
  const rows = transferTable(base.lower(), wide.lower(), rule, 2);
  return rows.find(({ tensor }) => name.test(tensor))!;
}

it('muP at twice the width: matrices learn at half the rate, tables and gains as before (Yang et al. 2022, table 8)', () => {
  expect(rowOf('mup', /mlp.*weight/)).toMatchObject({
    fanInFactor: 2,
    learningRate: 0.5,
    output: 1,
  });
  expect(rowOf('mup', /wte/)).toMatchObject({ learningRate: 1, deviation: 1, output: 0.5 });
  expect(rowOf('mup', /ln_..weight/)).toMatchObject({ learningRate: 1, role: 'gain' });
});

it('the standard parametrisation keeps one learning rate', () => {
  const rows = transferTable(base.lower(), wide.lower(), 'standard', 2);
  expect(new Set(rows.map(({ learningRate }) => learningRate))).toEqual(new Set([1]));
  expect(rowOf('standard', /mlp.*weight/).deviation).toBeCloseTo(Math.SQRT1_2, 12);
});

it('CompleteP at twice width and depth: branches halved, weight decay doubled, epsilon quartered', () => {
  expect(rowOf('completep', /mlp.c_proj.weight/)).toMatchObject({
    weightDecay: 2,
    epsilon: 0.25,
    output: 0.5,
    learningRate: 0.5,
  });
});

it('blocks alike share a row, however many there are', () => {
  const rows = transferTable(base.lower(), wide.lower(), 'mup', 2);
  expect(rows.length).toBeLessThan(20);
  expect(rows.reduce((sum, { tensors }) => sum + tensors, 0)).toBe(wide.lower().parameters.length);
});
