import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { presetModel } from '../../src/core/model/families.ts';
import { graphCounts } from '../support/graph-counts.ts';

/** A checked row; each field that it has must come out exactly. */
interface ReferenceRow {
  readonly name: string;
  readonly family: string;
  readonly params: number;
  readonly macs?: number;
  readonly macs_with_bias?: number;
  readonly bn_buffers?: number;
  readonly acts?: number;
  readonly pycls_acts?: number;
}

const FAMILIES = [
  'efficientnet',
  'efficientnetv2',
  'resnet',
  'mobilenet',
  'mobilenetv2',
  'mobilenetv3',
  'convnext',
  'regnety',
];

const readRows = (file: string): ReferenceRow[] =>
  JSON.parse(readFileSync(join(import.meta.dirname, file), 'utf8')) as ReferenceRow[];

describe('convolutional rows of reference-models.json', () => {
  const rows = readRows('reference-models.json').filter(({ family }) => FAMILIES.includes(family));

  it('are all here', () => expect(rows).toHaveLength(25));

  it.each(rows.map((row) => [row.name, row] as const))('%s', (name, row) => {
    const counts = graphCounts(presetModel(name)!.lower());
    expect(counts.params).toBe(row.params);
    const expected = {
      macs: row.macs,
      macsWithBias: row.macs_with_bias,
      buffers: row.bn_buffers,
      acts: row.acts,
    };
    for (const [count, value] of Object.entries(expected))
      if (value !== undefined) expect(`${count} ${counts[count as keyof typeof counts]}`).toBe(`${count} ${value}`);
    if (row.pycls_acts !== undefined) expect(counts.acts + counts.pooled).toBe(row.pycls_acts);
  });
});

/** [parameters, "flops": MACs with one addition a bias, activations with those of the max pool], by pycls. */
type PyclsRow = readonly [name: string, params: number, flops: number, acts: number];

const PYCLS = JSON.parse(readFileSync(join(import.meta.dirname, 'pycls-complexity.json'), 'utf8')) as {
  readonly rows: readonly PyclsRow[];
};

describe('pycls dev/model_complexity.json', () => {
  it.each(PYCLS.rows)('%s', (name, params, flops, acts) => {
    const counts = graphCounts(presetModel(name)!.lower());
    expect([counts.params, counts.macsWithBias, counts.acts + counts.pooled]).toEqual([params, flops, acts]);
  });
});
