import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { analyzeModel, conventionOf, deviceOf, precisionRecipe } from '../../src/core/analysis/index.ts';
import type { Analysis, AnalyzeOptions } from '../../src/core/analysis/index.ts';
import { differentiate } from '../../src/core/autodiff/differentiate.ts';
import { readModel } from '../../src/core/formats/index.ts';
import { totalMacs } from '../../src/core/graph/cost.ts';
import { buildForward, gptSchema, mlpSchema, presetModel } from '../../src/core/model/index.ts';

const analysed = (name: string, options: AnalyzeOptions = {}): Analysis => analyzeModel(presetModel(name)!, options);
const golden = (file: string): Analysis => {
  const bytes = readFileSync(join(import.meta.dirname, '../golden/models', file));
  return analyzeModel(readModel(bytes, file));
};

describe('operations', () => {
  it('of GPT-2 at 1,024 tokens, forward and in training (nanoGPT, transformer_sizing.ipynb)', () => {
    const { flops, trainingFlops } = analysed('gpt2', { tokens: 1024 });
    expect(flops).toBe(291_648_307_200);
    expect(trainingFlops).toBe(874_944_921_600);
  });

  it.each([
    [
      'gpt',
      gptSchema.parse({
        family: 'gpt',
        vocabulary: 97,
        context: 24,
        width: 32,
        depth: 3,
        heads: 4,
        kvHeads: 2,
        activation: 'swiglu',
      }),
    ],
    [
      'gpt, tied',
      gptSchema.parse({ family: 'gpt', vocabulary: 97, context: 24, width: 32, depth: 2, heads: 4, tiedHead: true }),
    ],
    ['mlp', mlpSchema.parse({ family: 'mlp', inputs: 20, hidden: [64, 128, 64], outputs: 1, loss: 'mse' })],
  ])('in training are those of the training graph: %s', (_, spec) => {
    const forward = buildForward(spec, 2);
    const model = { ...presetModel('gpt2')!, lower: () => forward };
    expect(analyzeModel(model, { batch: 2 }).trainingMacs).toBe(totalMacs(differentiate(forward).graph));
  });

  it.each([
    ['efficientnet-b0', 'isoflop', 385_814_752],
    ['efficientnet-b0', 'pycls', 385_825_092],
    ['resnet50', 'isoflop', 4_089_184_256],
    ['resnet50', 'pycls', 4_089_185_256],
    ['vit_base_patch16_224', 'isoflop', 17_563_828_224],
  ])('of %s by %s', (name, convention, operations) => {
    expect(analysed(name, { convention: conventionOf(convention) }).operations).toBe(operations);
  });

  it.each([
    ['vit_base_patch16_224', 17.58e9],
    ['resnet50', 4.11e9],
    ['efficientnet-b0', 0.4e9],
  ])('of %s by fvcore, as timm prints them', (name, operations) => {
    const { operations: ours } = analysed(name, { convention: conventionOf('fvcore') });
    expect(Math.abs(ours / operations - 1)).toBeLessThan(0.01);
  });
});

describe('parameters', () => {
  it('of the Keras perceptron, before and after a fit with Adam', () => {
    expect(
      golden('keras/mlp.json')
        .layers.map(({ parameters }) => parameters)
        .filter(Boolean),
    ).toEqual([1344, 8320, 8256, 65]);
    const { parameters } = golden('keras/mlp-fitted.keras');
    expect(parameters.total + parameters.optimizer).toBe(53_957);
  });

  it('of experts: those that one token meets (models of Mixtral and DeepSeek-V3)', () => {
    expect(analysed('mixtral-8x7b').parameters.active).toBe(12_879_925_248);
    expect(analysed('mixtral-8x7b').parameters.matmulActive).toBe(12_748_587_008);
    expect(analysed('deepseek-v3').parameters.active).toBe(37_552_282_624);
  });
});

describe('memory', () => {
  it.each([
    ['bf16-adam', 16],
    ['bf16-adam-fp32-grads', 18],
    ['pure-bf16', 8],
    ['sgd', 8],
    ['sgd-momentum', 12],
    ['fp32-adam', 16],
  ])('%s takes %i bytes a parameter', (name, bytes) => {
    const { memory, parameters } = analysed('gpt2', { recipe: precisionRecipe(name) });
    const { weights, gradients, optimizer } = memory.training;
    expect(weights + gradients + optimizer).toBe(bytes * parameters.total);
  });

  it('keeps of keys and values: latent attention 70,272 bytes a token, grouped queries by their key heads', () => {
    expect(analysed('deepseek-v3').memory.inference.cachePerToken).toBe(70_272);
    expect(analysed('llama-3-8b').memory.inference.cachePerToken).toBe(2 * 32 * 8 * 128 * 2);
    expect(analysed('gpt2').memory.inference.cachePerToken).toBe(2 * 12 * 768 * 2);
  });

  it('of a block of GPT-2 is s b h (34 + 5 a s / h) bytes less the masks of dropout (Korthikanti et al. 2023, equation 1)', () => {
    const [tokens, width, heads] = [1024, 768, 12];
    const { blocks } = analysed('gpt2', { tokens, batch: 2 });
    // Dropout keeps 2 masks of s b h, and of the scores a mask and a copy: 34 - 2, 5 - 3. Norms keep a mean and a deviation a token.
    const formula = 2 * tokens * width * (32 + (2 * heads * tokens) / width);
    const statistics = 2 * tokens * 2 * 2 * 4;
    expect(blocks.find(({ repeats }) => repeats === 12)!.activationBytes).toBe(12 * (formula + statistics));
  });

  it('of activations falls with checkpointing', () => {
    const [none, selective, full] = (['none', 'selective', 'full'] as const).map(
      (checkpointing) => analysed('gpt2', { checkpointing }).memory.training.activations,
    );
    expect(none).toBeGreaterThan(selective);
    expect(selective).toBeGreaterThan(full);
    // Full: what enters each of 12 blocks, 2 bytes a number (Korthikanti et al. 2023, table 2: 2 s b h).
    expect(full).toBeGreaterThanOrEqual(12 * 2 * 1024 * 768);
  });
});

describe('time on a device', () => {
  it('is bound by arithmetic for large products and by memory for single tokens', () => {
    const device = deviceOf('a100-80');
    const linearsOf = (tokens: number): Analysis['layers'] =>
      analysed('llama-7b', { tokens, device }).layers.filter(({ name }) => name.endsWith('.mlp'));
    expect(new Set(linearsOf(2048).map(({ time }) => time!.bound))).toEqual(new Set(['compute']));
    expect(new Set(linearsOf(1).map(({ time }) => time!.bound))).toEqual(new Set(['memory']));
    // Three products of 2 x 2048 x 4096 x 11008 FLOPs at .7 of 312e12; the activation between them takes little.
    const products = (3 * 2 * 2048 * 4096 * 11_008) / (0.7 * 312e12);
    const { seconds } = linearsOf(2048)[0].time!;
    expect(seconds).toBeGreaterThan(products);
    expect(seconds).toBeLessThan(1.03 * products);
  });
});
