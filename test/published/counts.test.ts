import { describe, expect, it } from 'vitest';
import { countParameters, sampleMacs, trainingFlops, trainingMemory } from '../../src/core/analysis/index.ts';
import { gptSchema, mlpSchema } from '../../src/core/model/index.ts';
import type { GptSpec } from '../../src/core/model/index.ts';

const gpt = (options: Record<string, unknown>): GptSpec => gptSchema.parse({ family: 'gpt', ...options });
const gpt2 = (width: number, depth: number, heads: number): GptSpec =>
  gpt({ vocabulary: 50_257, context: 1024, width, depth, heads, tiedHead: true, bias: true });
const llama = (width: number, depth: number, heads: number, hidden: number, options = {}): GptSpec =>
  gpt({
    ...{ vocabulary: 32_000, context: 16, width, depth, heads, feedForward: hidden / width },
    ...{ activation: 'swiglu', norm: 'rmsnorm', positions: 'rotary', ...options },
  });

describe('published parameter counts', () => {
  // Hugging Face configurations gpt2, gpt2-medium, gpt2-large, Llama-2-7b, Llama-2-13b, Mistral-7B-v0.1, Meta-Llama-3-8B.
  it.each([
    ['GPT-2 small', gpt2(768, 12, 12), 124_439_808],
    ['GPT-2 medium', gpt2(1024, 24, 16), 354_823_168],
    ['GPT-2 large', gpt2(1280, 36, 20), 774_030_080],
    ['LLaMA-2 7B', llama(4096, 32, 32, 11_008), 6_738_415_616],
    ['LLaMA-2 13B', llama(5120, 40, 40, 13_824), 13_015_864_320],
    ['Mistral 7B', llama(4096, 32, 32, 14_336, { kvHeads: 8 }), 7_241_732_096],
    ['LLaMA-3 8B', llama(4096, 32, 32, 14_336, { kvHeads: 8, vocabulary: 128_256 }), 8_030_261_248],
    [
      'MLP 20-64-128-64-1 (Keras)',
      mlpSchema.parse({ family: 'mlp', inputs: 20, hidden: [64, 128, 64], outputs: 1 }),
      17_985,
    ],
  ])('%s', (_, spec, total) => {
    const counts = countParameters(spec);
    expect(counts.total).toBe(total);
    expect(Object.values(counts.groups).reduce((sum, size) => sum + size, 0)).toBe(total);
  });
});

describe('costs', () => {
  const spec = gpt({ vocabulary: 100, context: 10, width: 8, depth: 3, heads: 2 });

  it('counts the products of a transformer as by hand', () => {
    const perBlock = 10 * (8 * 24 + 8 * 8 + 2 * 8 * 32) + 2 * 10 * 10 * 8;
    const forward = 3 * perBlock + 10 * 8 * 100;
    expect(sampleMacs(spec)).toEqual({ forward, training: 3 * forward });
    expect(trainingFlops(spec, 1000, 'exact')).toBe(2 * 3 * forward * 100);
    expect(trainingFlops(spec, 1000, '6ND')).toBe(6 * countParameters(spec).nonLookup * 1000);
  });

  it('needs no gradient of the input: the first layer of an mlp has two products, the others three', () => {
    const mlp = mlpSchema.parse({ family: 'mlp', inputs: 5, hidden: [7], outputs: 3 });
    expect(sampleMacs(mlp)).toEqual({ forward: 5 * 7 + 7 * 3, training: 2 * 5 * 7 + 3 * 7 * 3 });
  });

  it('counts a head tied or not where look-up tables are left out, and neither where embeddings are', () => {
    const { total, nonLookup, nonEmbedding, groups } = countParameters(spec);
    expect(nonLookup).toBe(total - groups.embedding - groups.position);
    expect(nonEmbedding).toBe(nonLookup - groups.head);
    const tied = countParameters({ ...spec, tiedHead: true });
    expect([tied.nonLookup, tied.nonEmbedding]).toEqual([nonLookup, nonEmbedding]);
  });

  it('has memory that grows with the batch by its activations alone', () => {
    const [one, four] = [trainingMemory(spec, 1), trainingMemory(spec, 4)];
    expect(one.weights).toBe(4 * countParameters(spec).total);
    expect(one.total).toBe(4 * one.weights + one.activations);
    expect(four.weights).toBe(one.weights);
    expect(four.activations / one.activations).toBeGreaterThan(3);
    // At least the inputs of every product must stay until the backward pass.
    expect(one.activations).toBeGreaterThan(4 * 3 * 10 * (8 + 24 + 32));
  });
});
