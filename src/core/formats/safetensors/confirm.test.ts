import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../../../test/support/study.ts';
import type { Graph } from '../../graph/types.ts';
import { presetModel } from '../../model/families.ts';
import { huggingFaceModel } from '../huggingface/model.ts';
import type { ByteSource } from '../source.ts';
import { confirmCount } from './confirm.ts';
import { readSafetensors } from './header.ts';
import type { NamedTensor } from './stored-names.ts';

const FOLDER = join(ROOT, 'test/golden/models/safetensors');
const bytesOf = (path: string): ByteSource => {
  const bytes = new Uint8Array(readFileSync(path));
  return { size: bytes.length, read: (start, end) => bytes.subarray(start, end) };
};
const stored = (folder: string, ...files: string[]): NamedTensor[] =>
  files.flatMap((file) => readSafetensors(bytesOf(join(FOLDER, folder, file))).tensors);
const graphOf = (folder: string): Graph =>
  huggingFaceModel(readFileSync(join(FOLDER, folder, 'config.json'), 'utf8'), folder).lower({ tokens: 1 });

const SHARDS = [1, 2, 3].map((shard) => `model-0000${shard}-of-00003.safetensors`);

describe('confirmCount, on files that transformers wrote', () => {
  it.each([
    ['gpt2-tiny', ['model.safetensors']],
    ['llama-tiny-sharded', SHARDS],
    ['llama-tiny-tied', ['model.safetensors']],
  ])('%s holds what its config says', (folder, files) => {
    const result = confirmCount(graphOf(folder), stored(folder, ...files));
    expect(result).toMatchObject({ confirmed: true, missing: [], extra: [], different: [], aside: [] });
    expect(result.stored).toBe(result.params);
  });

  it('names what a missing shard held', () => {
    const result = confirmCount(graphOf('llama-tiny-sharded'), stored('llama-tiny-sharded', ...SHARDS.slice(0, 2)));
    expect(result.confirmed).toBe(false);
    expect(result.missing).toContainEqual({ name: 'lm_head.weight', wanted: 7200, stored: 0 });
    expect(result.extra).toEqual([]);
  });

  it("takes an untied model's head for a copy where the config ties it", () => {
    const result = confirmCount(graphOf('llama-tiny-tied'), stored('llama-tiny-sharded', ...SHARDS));
    expect(result).toMatchObject({ confirmed: true, aside: ['lm_head.weight'] });
  });

  it('names the sizes that differ', () => {
    const result = confirmCount(graphOf('gpt2-tiny'), [
      ...stored('gpt2-tiny', 'model.safetensors').filter(({ name }) => !name.endsWith('wpe.weight')),
      { name: 'transformer.wpe.weight', shape: [64, 32], elements: 2048 },
      { name: 'transformer.h.0.attn.bias', shape: [1, 1, 32, 32], elements: 1024 },
      { name: 'value_head.weight', shape: [1, 32], elements: 32 },
    ]);
    expect(result.different).toEqual([{ name: 'transformer.wpe.weight', wanted: 1024, stored: 2048 }]);
    expect(result.extra).toEqual([{ name: 'value_head.weight', wanted: 0, stored: 32 }]);
    expect(result.aside).toEqual(['transformer.h.0.attn.bias']);
  });
});

/** A model's tensors under the names of another release, experts apart. */
function renamed(graph: Graph, rename: (name: string) => string): NamedTensor[] {
  return graph.parameters.flatMap(({ parameter: { name, shape } }) => {
    const [copies, rest] = name.includes('.experts.*.') ? [shape[0], shape.slice(1)] : [1, shape];
    const elements = rest.reduce((a, b) => a * b, 1);
    return Array.from({ length: copies }, (_, index) => ({
      name: rename(name.replace('.*.', `.${index}.`)),
      shape: rest,
      elements,
    }));
  });
}

describe('confirmCount, on names of other releases', () => {
  it.each([
    ['gpt2', (name: string) => name.replace('transformer.', '')],
    ['pythia-14m', (name: string) => name.replace('lm_head', 'embed_out')],
    [
      'mixtral-8x7b',
      (name: string) =>
        name
          .replace('.mlp.', '.block_sparse_moe.')
          .replace(/(\.experts\.\d+\.)gate_proj/, '$1w1')
          .replace(/(\.experts\.\d+\.)down_proj/, '$1w2')
          .replace(/(\.experts\.\d+\.)up_proj/, '$1w3'),
    ],
    ['bert-base', (name: string) => `bert.${name}`.replace(/LayerNorm\.weight$/, 'LayerNorm.gamma')],
    [
      'vit_tiny_patch16_224',
      (name: string) =>
        name
          .replace('vit.layers.', 'vit.encoder.layer.')
          .replace(
            /attention\.([qkv])_proj/,
            (_, letter: string) => `attention.attention.${{ q: 'query', k: 'key', v: 'value' }[letter]}`,
          )
          .replace('attention.o_proj', 'attention.output.dense')
          .replace('mlp.fc1', 'intermediate.dense')
          .replace('mlp.fc2', 'output.dense'),
    ],
  ])('%s', (name, rename) => {
    const graph = presetModel(name)!.lower({ tokens: 1 });
    const tensors = renamed(graph, rename);
    expect(confirmCount(graph, tensors)).toMatchObject({ confirmed: true, aside: [] });
    expect(confirmCount(graph, tensors.slice(1)).confirmed).toBe(false);
  });

  it('counts stacks of transformers 5', () => {
    const graph = presetModel('qwen3-30b-a3b')!.lower({ tokens: 1 });
    const fused = renamed(graph, (name) => name)
      .filter(({ name }) => !name.includes('.experts.'))
      .concat(
        Array.from({ length: 48 }, (_, layer) => [
          {
            name: `model.layers.${layer}.mlp.experts.gate_up_proj`,
            shape: [128, 1536, 2048],
            elements: 128 * 1536 * 2048,
          },
          { name: `model.layers.${layer}.mlp.experts.down_proj`, shape: [128, 2048, 768], elements: 128 * 2048 * 768 },
        ]).flat(),
      );
    expect(confirmCount(graph, fused)).toMatchObject({ confirmed: true });
  });
});
