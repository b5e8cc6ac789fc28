import { describe, expect, it } from 'vitest';
import { analyzeModel, deviceOf, precisionRecipe } from '../../analysis/index.ts';
import type { AnalyzeOptions } from '../../analysis/index.ts';
import { modelOfFamily, presetOf } from '../../model/families.ts';
import type { Model } from '../../model/model.ts';
import { METRICS } from './goal.ts';
import type { Metric } from './goal.ts';
import { measureModel } from './metrics.ts';

const preset = (name: string): Model => modelOfFamily(presetOf(name)!.spec, name);

const OPTIONS: AnalyzeOptions = { batch: 2, device: deviceOf('a100-80'), samples: 1e6 };

describe('what a target measures is what an analysis says', () => {
  it.each<[string, AnalyzeOptions]>([
    ['efficientnet-b0', OPTIONS],
    ['vit_base_patch16_224', { ...OPTIONS, recipe: precisionRecipe('sgd'), checkpointing: 'full' }],
    ['gpt2', { ...OPTIONS, tokens: 128, attention: 'causal' }],
    ['deepseek-v2-lite', { ...OPTIONS, tokens: 64, checkpointing: 'selective' }],
  ])('%s', (name, options) => {
    const model = preset(name);
    const { parameters, memory, time, tokens = 1, ...analysis } = analyzeModel(model, options);
    const batches = 1e6 / (2 * tokens);
    const said: Record<Metric, number> = {
      params: parameters.total,
      nonEmbedding: parameters.nonEmbedding,
      active: parameters.active,
      macs: analysis.macs,
      flops: analysis.flops,
      activations: analysis.activations,
      trainingFlops: analysis.trainingFlops * batches,
      memory: memory.inference.total,
      trainingMemory: memory.training.total,
      latency: time!.predictionSeconds,
      trainingTime: time!.trainingSeconds * batches,
    };
    const measured = measureModel(model, new Set(Object.keys(METRICS) as Metric[]), options);
    for (const [metric, value] of Object.entries(said))
      expect(measured[metric as Metric]! / value, metric).toBeCloseTo(1, 12);
  });
});
