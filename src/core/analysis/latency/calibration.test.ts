import { describe, expect, it } from 'vitest';
import { presetModel } from '../../model/index.ts';
import { analyzeModel } from '../analyze.ts';
import { factsOf } from '../facts.ts';
import { fitLatency, graphFeatures, operatorSeconds } from './calibration.ts';
import type { TimedProgram } from './calibration.ts';
import { featuresOf } from './features.ts';

const RATES: Readonly<Record<string, number>> = {
  run: 2e-6,
  'convolution.flops': 1e-11,
  'pointwise.flops': 2e-11,
  'depthwise.bytes': 3e-10,
  'elementwise.bytes': 1e-10,
  'product.weights': 1e-10,
};
const NAMES = ['resnet18', 'resnet50', 'mobilenet-v1-1.0', 'mobilenet-v2-100', 'efficientnet-b0', 'mlp-20-64-128-64-1'];

const program = (name: string, batch: number): TimedProgram => {
  const features = graphFeatures(presetModel(name)!.lower({ batch }));
  const seconds = Object.entries(features).reduce((sum, [key, amount]) => sum + amount * (RATES[key] ?? 0), 0);
  return { name, features, seconds };
};

const programs = NAMES.flatMap((name) => [1, 2, 3, 8].map((batch) => program(name, batch)));

describe('a calibrated latency', () => {
  it('says the error of noisy times', () => {
    const noisy = programs.map((one, index) => ({ ...one, seconds: one.seconds * (index % 2 === 0 ? 1.4 : 0.7) }));
    const { error } = fitLatency(noisy);
    expect(error.median).toBeGreaterThan(0.15);
    expect(error.p80).toBeGreaterThanOrEqual(error.median);
  });

  it('is the sum of its layers, which an analysis on the device gives', () => {
    const latency = fitLatency(programs);
    const device = { name: 'this', title: 'x', peak: { fp32: 1e11 }, memoryBytes: 1e9, bandwidth: 1e10, source: '' };
    const model = presetModel('resnet18')!;
    const { time, layers } = analyzeModel(model, { device: { ...device, latency } });
    const facts = factsOf(model.lower());
    const sum = facts.operators.reduce((total, operator) => total + operatorSeconds(facts, operator, latency), 0);
    expect(time!.predictionSeconds).toBeCloseTo(sum, 12);
    expect(layers.reduce((total, layer) => total + layer.time!.seconds, 0)).toBeCloseTo(sum, 12);
  });

  it('takes no time for what a convolution is fused with', () => {
    const facts = factsOf(presetModel('resnet18')!.lower());
    const norm = facts.operators.find(({ kind }) => kind === 'batchNormalize')!;
    expect(featuresOf(facts, norm)).toEqual({});
  });
});
