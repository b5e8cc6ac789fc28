import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { convnetPytorch } from '../../src/core/formats/pytorch/convnet.ts';
import { convnetSchema } from '../../src/core/model/convnet/check.ts';
import { modelOfFamily, presetOf } from '../../src/core/model/families.ts';
import { graphCounts } from '../support/graph-counts.ts';

interface Row {
  readonly name: string;
  readonly text: string;
  readonly weights: string;
  readonly params: number;
  readonly statistics: number;
  readonly macsAt224: number;
}

// tools/golden/convnet_pytorch.py ran the texts and wrote it.
const { rows } = JSON.parse(readFileSync(join(import.meta.dirname, 'convnets/pytorch.json'), 'utf8')) as {
  readonly rows: readonly Row[];
};
const sha = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('PyTorch texts of convolutional networks, as torch ran them', () => {
  it.each(rows.map((row) => [row.name, row] as const))('%s', (name, row) => {
    const spec = convnetSchema.parse(presetOf(name)!.spec);
    // Another text than the one that ran: run tools/golden/convnet_pytorch.py again.
    expect(sha(convnetPytorch(spec, name))).toBe(row.text);
    const graph = modelOfFamily({ ...spec, ...{ resolution: 224 } }, name).lower();
    const { params, macs } = graphCounts(graph);
    expect([params, macs, graph.buffers.length]).toEqual([row.params, row.macsAt224, row.statistics]);
    const names = graph.parameters.map(({ parameter }) => `${parameter.name} ${parameter.shape.join('x')}`);
    expect(sha(names.sort().join('\n'))).toBe(row.weights);
  });

  it('a name cannot end the text that it stands in', () => {
    const spec = convnetSchema.parse(presetOf('resnet18')!.spec);
    const [head] = convnetPytorch(spec, '"""\nimport os\\').split('\n');
    expect(head).toMatch(/^"""____import os_: a convolutional network/);
  });
});
