import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { huggingFaceModel } from '../../src/core/formats/huggingface/model.ts';
import { totalMacs } from '../../src/core/graph/cost.ts';
import { sizeOf } from '../../src/core/graph/sizes.ts';
import type { Graph } from '../../src/core/graph/types.ts';
import { paramsOf } from '../support/model-counts.ts';

interface Entry {
  readonly file: string;
  readonly params: number;
  readonly macs: number;
  readonly layers: readonly { readonly name: string; readonly shape: readonly number[]; readonly count: number }[];
}

const MODELS = join(import.meta.dirname, 'models');
const text = (path: string): string => readFileSync(join(import.meta.dirname, path), 'utf8');
const ENTRIES = (JSON.parse(readFileSync(join(MODELS, 'record.json'), 'utf8')) as Entry[]).filter(
  ({ file }) => file.startsWith('huggingface/') && !/resnet|convnext/.test(file),
);
const GOLDEN_TOKENS = 128;

/** Tensors of one place in the block as one row, without the experts, which transformers 5 keeps in stacks of its own. */
function rowsOf(tensors: readonly { name: string; shape: readonly number[]; count: number }[]): Record<string, number> {
  const rows: Record<string, number> = {};
  for (const { name, shape, count } of tensors.filter((tensor) => !tensor.name.includes('.experts.'))) {
    const key = `${name.replace(/\.\d+\./g, '.*.')} [${shape.join(', ')}]`;
    rows[key] = (rows[key] ?? 0) + count;
  }
  return rows;
}

const tensorsOf = (graph: Graph): { name: string; shape: readonly number[]; count: number }[] =>
  graph.parameters.map(({ parameter: { name, shape } }) => ({ name, shape, count: 1 }));

describe('config.json of published models, as transformers builds them', () => {
  it('are all read', () => expect(ENTRIES.length).toBeGreaterThanOrEqual(43));

  it.each(ENTRIES)('$file: $params parameters, $macs MACs for 128 tokens', ({ file, params, macs, layers }) => {
    const graph = huggingFaceModel(readFileSync(join(MODELS, file), 'utf8'), file).lower({ tokens: GOLDEN_TOKENS });
    expect(paramsOf(graph)).toBe(params);
    expect(totalMacs(graph)).toBe(macs);
    expect(rowsOf(tensorsOf(graph))).toEqual(rowsOf(layers));
  });
});

interface Variant {
  readonly config: Readonly<Record<string, unknown>>;
  readonly params: number;
  readonly macs?: number;
}

// tools/golden/huggingface_variants.py wrote it.
const { tokens, rows } = JSON.parse(text('huggingface-variants.json')) as { tokens: number; rows: Variant[] };
const labelled = rows.map((row, index) => ({ ...row, label: `${index} ${(row.config.architectures as string[])[0]}` }));

describe('odd configurations, as transformers builds them', () => {
  it.each(labelled)('$label: $params parameters, $macs MACs', ({ config, params, macs }) => {
    const graph = huggingFaceModel(JSON.stringify(config), 'odd').lower({ tokens });
    expect(paramsOf(graph)).toBe(params);
    if (macs !== undefined) expect(totalMacs(graph)).toBe(macs);
  });

  it('keep the names that the files have, whatever the experts', () => {
    const names = new Set<string>();
    for (const { config } of rows) {
      const graph = huggingFaceModel(JSON.stringify(config), 'odd').lower({ tokens });
      const own = graph.parameters.map(({ parameter }) => parameter.name);
      expect(new Set(own).size).toBe(own.length);
      for (const { parameter } of graph.parameters) expect(sizeOf(parameter.shape)).toBeGreaterThan(0);
      for (const name of own) names.add(name.replace(/\.\d+\./g, '.*.'));
    }
    expect(names).toContain('model.layers.*.mlp.experts.*.gate_proj.weight');
  });
});
