import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { huggingFaceModel } from '../../src/core/formats/huggingface/model.ts';
import { sizeOf } from '../../src/core/graph/shapes.ts';
import type { Graph } from '../../src/core/graph/types.ts';
import { graphCounts } from '../support/graph-counts.ts';

const FOLDER = join(import.meta.dirname, 'models');

interface Row {
  readonly file: string;
  readonly params: number;
  readonly macs: number;
  readonly layers: readonly { readonly name: string; readonly count: number; readonly params: number }[];
}

// tools/golden/models wrote it: what transformers says of its own classes.
const ROWS = (JSON.parse(readFileSync(join(FOLDER, 'record.json'), 'utf8')) as Row[]).filter(({ file }) =>
  /^huggingface\/(convnext|resnet)/.test(file),
);
const text = (file: string): string => readFileSync(join(FOLDER, file), 'utf8');

/** Parameters of one place in the blocks together, as the record has them. */
function places(graph: Graph): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { parameter } of graph.parameters) {
    const place = parameter.name.replaceAll(/(?<=\.)\d+(?=\.)/g, '*');
    sums[place] = (sums[place] ?? 0) + sizeOf(parameter.shape);
  }
  return sums;
}

describe('ConvNeXt and ResNet of Hugging Face', () => {
  it('are five files', () => expect(ROWS).toHaveLength(5));

  it.each(ROWS.map((row) => [row.file, row] as const))('%s', (file, { params, macs, layers }) => {
    const graph = huggingFaceModel(text(file), file).lower();
    const counts = graphCounts(graph);
    expect([counts.params, counts.macs]).toEqual([params, macs]);
    const theirs: Record<string, number> = {};
    for (const layer of layers) {
      const place = layer.name.replaceAll(/(?<=\.)\d+(?=\.)/g, '*');
      theirs[place] = (theirs[place] ?? 0) + layer.params;
    }
    expect(places(graph)).toEqual(theirs);
  });

  it('edits set places of lists and keep the rest of the text', () => {
    const model = huggingFaceModel(text('huggingface/resnet-18.json'), 'resnet-18');
    const edited = model.apply([
      { kind: 'parameter', path: 'stages[2].depth', value: 5 },
      { kind: 'parameter', path: 'stages[3].width', value: 640 },
      { kind: 'parameter', path: 'stem.width', value: 80 },
      { kind: 'parameter', path: 'resolution', value: 288 },
    ]);
    const config = JSON.parse(new TextDecoder().decode(edited.write().bytes)) as Record<string, unknown>;
    const before = JSON.parse(text('huggingface/resnet-18.json')) as Record<string, unknown>;
    expect(config).toEqual({
      ...before,
      depths: [2, 2, 5, 2],
      hidden_sizes: [64, 128, 256, 640],
      embedding_size: 80,
      image_size: 288,
    });
    expect(edited.inputs[0].shape).toEqual([3, 288, 288]);
  });

  it("the stem of a ConvNeXt is its first stage's", () => {
    const model = huggingFaceModel(text('huggingface/convnext-tiny.json'), 'convnext-tiny');
    const edited = model.apply([{ kind: 'parameter', path: 'stages[0].width', value: 128 }]);
    expect(edited.lower().parameters[0].parameter.shape).toEqual([128, 3, 4, 4]);
  });

  it('without a head they end in features', () => {
    const config = { model_type: 'resnet', architectures: ['ResNetModel'], layer_type: 'basic', hidden_sizes: [8, 16], depths: [1, 2] };
    const graph = huggingFaceModel(JSON.stringify(config), 'x').lower();
    expect(graph.tensors[graph.outputs.features].shape).toEqual([1, 16]);
    expect(graph.parameters[0].parameter.name).toBe('embedder.embedder.convolution.weight');
  });

  it.each([
    [{ hidden_sizes: [8, 16], depths: [1] }, /depths: one number a stage: 2/],
    [{ layer_type: 'wide' }, /layer_type: 'basic' or 'bottleneck' is wanted, got "wide"/],
    [{ architectures: ['ResNetBackbone'] }, /architectures: no head is known/],
    [{ image_size: [224, 320] }, /image_size: a number of pixels of a square/],
    [{ hidden_sizes: [] , depths: [] }, /stages/],
    [{ depths: [3, 4, -6, 3] }, /depths/],
  ])('%j is refused', (wrong, message) => {
    const config = JSON.stringify({ model_type: 'resnet', ...wrong });
    expect(() => huggingFaceModel(config, 'x')).toThrow(
      expect.objectContaining({ sentence: expect.stringMatching(message) as string }) as Error,
    );
  });
});
