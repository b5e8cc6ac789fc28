import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pytorchText } from '../../src/core/formats/pytorch/text.ts';
import type { Model } from '../../src/core/model/model.ts';
import { FAMILY_MODELS } from '../support/family-models.ts';
import { paramsOf } from '../support/model-counts.ts';

interface Row {
  readonly name: string;
  readonly text: string;
  readonly params: number;
  readonly outputs: readonly (readonly number[])[];
}

// tools/golden/family_texts.py ran the texts and wrote it.
const { rows } = JSON.parse(readFileSync(join(import.meta.dirname, 'family-pytorch.json'), 'utf8')) as {
  readonly rows: readonly Row[];
};
const modelOf = (name: string): Model => FAMILY_MODELS.find((model) => model.name === name)!;

describe('PyTorch texts of encoders, vision transformers and the families of studies, as torch ran them', () => {
  it('are of all models that the generator lists', () => {
    expect(rows.map(({ name }) => name)).toEqual(FAMILY_MODELS.map(({ name }) => name));
  });

  it.each(rows)('$name has $params parameters', ({ name, text, params, outputs }) => {
    const model = modelOf(name);
    // Another text than the one that ran: run tools/golden/family_texts.py again.
    expect(createHash('sha256').update(pytorchText(model)!).digest('hex')).toBe(text);
    const isOfStudies = ['gpt', 'mlp'].includes(model.family!.family);
    const graph = model.lower({ batch: 2, ...(isOfStudies ? {} : { tokens: 6 }) });
    expect(paramsOf(graph)).toBe(params);
    // Graphs of studies end in a loss.
    if (!isOfStudies) expect(Object.values(graph.outputs).map((id) => graph.tensors[id].shape)).toEqual(outputs);
  });

  it('a name cannot end the text that it stands in', () => {
    const [head] = pytorchText({ ...modelOf('mlp-14'), name: '"""\nimport os\\' })!.split('\n');
    expect(head).toBe('"""____import os_: a multi-layer perceptron, written by isoflop."""');
  });
});
