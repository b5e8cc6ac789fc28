import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { huggingFaceModel } from '../../src/core/formats/huggingface/model.ts';
import { transformerPytorch } from '../../src/core/formats/pytorch/transformer.ts';
import { presetModel } from '../../src/core/model/families.ts';
import type { Model } from '../../src/core/model/model.ts';
import type { TransformerSpec } from '../../src/core/model/transformer/schema.ts';
import { paramsOf } from '../support/model-counts.ts';

const json = (name: string): unknown => JSON.parse(readFileSync(join(import.meta.dirname, name), 'utf8'));
// tools/golden/transformer_pytorch.py ran the texts and wrote it.
const { rows } = json('transformer-pytorch.json') as { rows: { name: string; text: string; params: number }[] };
const variants = (json('huggingface-variants.json') as { rows: { config: object }[] }).rows;

function modelOf(name: string): Model {
  const [, index] = /^variant-(\d+)$/.exec(name) ?? [];
  return index ? huggingFaceModel(JSON.stringify(variants[Number(index)].config), name) : presetModel(name)!;
}

describe('PyTorch texts of transformers, as torch ran them', () => {
  it.each(rows)('$name has $params parameters', ({ name, text, params }) => {
    const model = modelOf(name);
    const written = transformerPytorch(model.family!.parameters as unknown as TransformerSpec, name);
    // Another text than the one that ran: run tools/golden/transformer_pytorch.py again.
    expect(createHash('sha256').update(written).digest('hex')).toBe(text);
    expect(paramsOf(model.lower({ tokens: 4 }))).toBe(params);
  });

  it('a name cannot end the text that it stands in', () => {
    const spec = presetModel('gpt2')!.family!.parameters as unknown as TransformerSpec;
    const [head] = transformerPytorch(spec, '"""\nimport os\\').split('\n');
    expect(head).toBe('"""____import os_: a decoder-only transformer, written by isoflop."""');
  });
});
