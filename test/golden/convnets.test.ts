import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { convnetSchema } from '../../src/core/model/convnet/check.ts';
import { regnetStages } from '../../src/core/model/convnet/regnet.ts';
import type { ConvnetInput } from '../../src/core/model/convnet/schema.ts';
import { PRESETS, modelOfFamily, presetModel, presetOf } from '../../src/core/model/families.ts';
import { graphCounts } from '../support/graph-counts.ts';

interface Row {
  readonly name: string;
  readonly builder: string;
  readonly params: number;
  readonly buffers: number;
  /** Keras rows leave these out. */
  readonly resolution?: number;
  readonly macs?: number;
}

// tools/golden/convnets.py wrote it.
const { rows } = JSON.parse(readFileSync(join(import.meta.dirname, 'convnets/counts.json'), 'utf8')) as {
  readonly rows: readonly Row[];
};

const FOUR = [0, 1, 2, 3] as const;
const preset = (name: string): ConvnetInput => presetOf(name)!.spec as unknown as ConvnetInput;

/** Networks that are no presets, written as a user would. */
const MEMBERS: Readonly<Record<string, ConvnetInput>> = {
  'resnet50d': {
    family: 'convnet',
    stem: { kind: 'deep', width: 64, pool: 'max' },
    stages: FOUR.map((i) => ({
      block: 'bottleneck',
      depth: [3, 4, 6, 3][i],
      width: 256 * 2 ** i,
      stride: i === 0 ? 1 : 2,
      shortcut: 'average',
    })),
  },
  'seresnext50-32x4d': {
    family: 'convnet',
    stem: { width: 64, kernel: 7, pool: 'max' },
    stages: FOUR.map((i) => ({
      block: 'bottleneck',
      depth: [3, 4, 6, 3][i],
      width: 256 * 2 ** i,
      stride: i === 0 ? 1 : 2,
      ratio: 0.5,
      groups: 32,
      squeeze: { ratio: 1 / 16, of: 'output' },
    })),
  },
  'mnasnet-100': {
    family: 'convnet',
    stem: { width: 32 },
    stages: (
      [
        [1, 3, 1, 1, 16],
        [3, 3, 2, 3, 24],
        [3, 5, 2, 3, 40],
        [3, 5, 2, 6, 80],
        [2, 3, 1, 6, 96],
        [4, 5, 2, 6, 192],
        [1, 3, 1, 6, 320],
      ] as const
    ).map(([depth, kernel, stride, expansion, width]) => ({ block: 'inverted', depth, kernel, stride, expansion, width })),
    head: { convolution: 1280 },
  },
  'efficientnet-lite4': {
    family: 'convnet',
    resolution: 380,
    activation: 'relu6',
    stem: { width: 32 },
    stages: (
      [
        [1, 3, 1, 1, 24],
        [4, 3, 2, 6, 32],
        [4, 5, 2, 6, 56],
        [6, 3, 2, 6, 112],
        [6, 5, 1, 6, 160],
        [8, 5, 2, 6, 272],
        [1, 3, 1, 6, 448],
      ] as const
    ).map(([depth, kernel, stride, expansion, width]) => ({ block: 'inverted', depth, kernel, stride, expansion, width })),
    head: { convolution: 1280 },
  },
  'regnety-64gf': {
    family: 'convnet',
    stem: { width: 32 },
    stages: regnetStages({ depth: 20, initial: 352, slope: 147.48, multiplier: 2.4, groupWidth: 328 }).map((stage) => ({
      block: 'bottleneck',
      ...stage,
      stride: 2,
      ratio: 1,
      squeeze: { ratio: 0.25, rounding: 'round' },
    })),
  },
  'convnext-nano': {
    family: 'convnet',
    activation: 'gelu',
    stem: { kind: 'patches', width: 80, kernel: 4, stride: 4 },
    stages: FOUR.map((i) => ({
      block: 'convnext',
      depth: [2, 2, 8, 2][i],
      width: 80 * 2 ** i,
      stride: i === 0 ? 1 : 2,
    })),
    head: { normalization: true },
  },
  'resnet34-cifar10-at-64': { ...preset('resnet34'), classes: 10, resolution: 64 },
  'resnet50-keras': keras('resnet50'),
  'resnet152-keras': keras('resnet152'),
};

/** Keras ResNets stride in the first 1x1 convolution and have biases before their batch norms. */
function keras(name: string): ConvnetInput {
  const spec = convnetSchema.parse(preset(name));
  return { ...spec, bias: true, stages: spec.stages.map((stage) => ({ ...stage, strideAt: 'first' as const })) };
}

describe('convolutional networks as timm, torchvision and Keras count them', () => {
  it.each(rows.map((row) => [row.name, row.builder, row] as const))('%s is %s', (name, _builder, row) => {
    const spec = MEMBERS[name];
    const model = spec ? modelOfFamily(spec, name) : presetModel(name)!;
    const { params, buffers, macs } = graphCounts(model.lower());
    expect({ params, buffers }).toEqual({ params: row.params, buffers: row.buffers });
    if (row.macs === undefined) return;
    expect(model.inputs[0].shape.at(-1)).toBe(row.resolution);
    expect(macs).toBe(row.macs);
  });

  it('cover every convolutional preset but one, which pycls counts', () => {
    const names = new Set(rows.map(({ name }) => name));
    const left = PRESETS.filter(({ spec, name }) => spec.family === 'convnet' && !names.has(name));
    expect(left.map(({ name }) => name)).toEqual(['resnext152-32x4d']);
  });

  it('count the CIFAR networks of pycls (dev/model_complexity.json)', () => {
    const cifar = (block: 'basic' | 'convolution', depth: number): ConvnetInput => ({
      family: 'convnet',
      resolution: 32,
      classes: 10,
      stem: { width: 16, stride: 1 },
      stages: [16, 32, 64].map((width) => ({ block, depth, width, stride: width === 16 ? 1 : 2 })),
    });
    const counts = (spec: ConvnetInput): number[] => {
      const { params, macsWithBias, acts } = graphCounts(modelOfFamily(spec, 'cifar').lower());
      return [params, macsWithBias, acts];
    };
    expect(counts(cifar('basic', 9))).toEqual([855770, 125747850, 544778]);
    expect(counts(cifar('basic', 18))).toEqual([1730714, 253149834, 1060874]);
    expect(counts(cifar('convolution', 18))).toEqual([853018, 125485706, 532490]);
  });
});
