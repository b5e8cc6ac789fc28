import { describe, expect, it } from 'vitest';
import { fitLatency, graphFeatures, programSeconds } from '../../src/core/analysis/latency/calibration.ts';
import type { Features } from '../../src/core/analysis/latency/features.ts';
import { presetModel } from '../../src/core/model/index.ts';
import { undisturbed } from '../../src/engine/measure/latency.ts';
import { measureBatch } from '../../src/engine/measure/measure-model.ts';
import { lowered, suite } from '../../src/engine/measure/suite.ts';

/** Rates of about the order of a common processor. */
const RATES: Readonly<Record<string, number>> = {
  run: 2e-6,
  'convolution.flops': 6e-12,
  'pointwise.flops': 8e-12,
  'depthwise.bytes': 3e-11,
  'depthwise.flops': 1e-11,
  'narrow.flops': 2e-11,
  'elementwise.bytes': 2e-11,
  'product.flops': 7e-12,
  'product.weights': 5e-11,
  'batchedProduct.flops': 8e-12,
  'norm.bytes': 1e-10,
  'erf.bytes': 7e-11,
};
const secondsOf = (features: Features): number =>
  Object.entries(features).reduce((sum, [name, amount]) => sum + amount * (RATES[name] ?? 0), 0);

describe('the programs of a calibration', () => {
  const programs = suite().map((program) => {
    const features = graphFeatures(lowered(program));
    return { name: program.name, features, seconds: secondsOf(features) };
  });

  it('tell rates apart: published models that none of them is are estimated within 10 %', () => {
    const model = fitLatency(programs, 1);
    expect(model.error.p80).toBeLessThan(0.05);
    for (const name of ['resnet18', 'resnext50-32x4d', 'mobilenet-v2-100', 'convnext-tiny', 'vit_tiny_patch16_224']) {
      const features = graphFeatures(presetModel(name)!.lower({ batch: 2 }));
      expect(Math.abs(programSeconds(features, model) / secondsOf(features) - 1), name).toBeLessThan(0.1);
    }
  });

  it('bear the slow runs of a busy machine', () => {
    const busy = programs.map((one, index) => (index % 12 === 5 ? { ...one, seconds: 4 * one.seconds } : one));
    const model = fitLatency(busy, 1);
    const features = graphFeatures(presetModel('resnet50')!.lower());
    expect(Math.abs(programSeconds(features, model) / secondsOf(features) - 1)).toBeLessThan(0.15);
  });
});

describe('a measured batch', () => {
  it('has the times of its runs, its memory and what a calibration learns from', async () => {
    const gauge = { reset: () => {}, peak: () => 12_345 };
    const model = presetModel('mlp-20-64-128-64-1')!;
    const speed = await measureBatch(model, { batch: 4 }, { threads: 1, seconds: 0.02, runs: 7 }, gauge);
    expect(speed).toMatchObject({ batch: 4, peakBytes: 12_345, samplesPerSecond: 4 / speed.p50 });
    expect(speed.runs).toBeGreaterThanOrEqual(5);
    expect(speed.p50).toBeGreaterThan(0);
    expect(speed.p90).toBeGreaterThanOrEqual(speed.p50);
    expect(speed.p99).toBeGreaterThanOrEqual(speed.p90);
    expect(speed.program).toEqual({
      ...{ name: model.name, seconds: speed.p50 },
      features: graphFeatures(model.lower({ batch: 4 })),
    });
  });

  it('leaves disturbed runs out, or takes the time that they computed where too few others remain', () => {
    const run = (seconds: number, share: number): { seconds: number; share: number } => ({ seconds, share });
    const calm = [1, 2, 3, 4, 5].map((seconds) => run(seconds, 1));
    expect(undisturbed([...calm, run(20, 0.5)], 1)).toEqual({ seconds: [1, 2, 3, 4, 5], disturbed: 1 });
    expect(undisturbed([run(1, 0.99), run(20, 0.5)], 1)).toEqual({ seconds: [1, 10], disturbed: 1 });
    // Two threads need not keep two cores busy: the best run tells what is usual.
    expect(undisturbed([run(1, 0.7), run(2, 0.4)], 2)).toEqual({ seconds: [1], disturbed: 1 });
  });
});
