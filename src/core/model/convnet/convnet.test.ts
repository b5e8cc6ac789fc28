import { describe, expect, it } from 'vitest';
import { sizeOf } from '../../graph/shapes.ts';
import { IsoflopError } from '../../terms/errors.ts';
import { modelOfFamily, presetModel, presetOf } from '../families.ts';
import type { Model } from '../model.ts';
import { EFFICIENTNET_BASE, EFFICIENTNETS } from '../presets/efficientnets.ts';
import { convnetSchema } from './check.ts';
import { withCoefficients } from './coefficients.ts';
import { totalStride } from './knobs.ts';
import { regnetStages } from './regnet.ts';

const resnext = presetOf('resnext50-32x4d')!.spec;
const open = (stages: readonly object[]): Model => modelOfFamily({ ...resnext, ...{ stages } }, 'mine');

describe('convolutional networks', () => {
  it('name layers by stage and block, in the order of the forward pass', () => {
    const graph = presetModel('efficientnet-b0')!.lower({ batch: 2 });
    const block = graph.layers.filter((layer) => layer.block === 'stage2.block1');
    expect(block.map(({ name }) => name.slice('stage2.block1.'.length))).toEqual(
      `conv_pw bn1 act1 conv_dw bn2 act2 se.pool se.reduce se.act se.expand se.gate se.scale conv_pwl bn3`.split(' '),
    );
    expect(block[3].type).toBe('depthwise conv 3x3/2');
    expect(graph.tensors[graph.outputs.logits].shape).toEqual([2, 1000]);
    const names = graph.parameters.map(({ parameter }) => parameter.name);
    expect(new Set(names).size).toBe(names.length);
    expect(names[0]).toBe('stem.conv.weight');
  });

  it('every operator and parameter names a layer', () => {
    for (const name of ['resnet-rs-50', 'convnext-tiny', 'mobilenet-v3-small-100', 'regnety-200mf']) {
      const { layers, operators, parameters } = presetModel(name)!.lower();
      const known = new Set(layers.map((layer) => layer.name));
      expect(operators.filter(({ layer }) => !known.has(layer))).toEqual([]);
      expect(parameters.filter(({ parameter }) => !known.has(parameter.layer))).toEqual([]);
    }
  });

  it.each([
    ['resnet50', 7],
    ['resnet-rs-50', 5],
    ['efficientnet-b0', 7],
    ['convnext-tiny', 7],
    ['regnety-200mf', 7],
  ])('%s ends at %d cells a side', (name, cells) => {
    const graph = presetModel(name)!.lower();
    const pool = graph.operators.findLast(({ kind }) => kind === 'reduce')!;
    expect(graph.tensors[pool.inputs[0]].shape.slice(2)).toEqual([cells, cells]);
    const spec = convnetSchema.parse(presetOf(name)!.spec);
    expect(spec.resolution / totalStride(spec)).toBe(cells);
  });

  it('are edited by path and written as YAML that opens again', () => {
    const model = presetModel('resnet18')!.apply([{ kind: 'parameter', path: 'stages[2].depth', value: 5 }]);
    const text = new TextDecoder().decode(model.write().bytes);
    expect(text).toContain('family: convnet');
    expect(model.family!.knobs.find(({ path }) => path === 'stages[2].depth')!.value).toBe(5);
    expect(model.lower().layers.some(({ name }) => name === 'stage3.block5.conv2')).toBe(true);
  });

  it('are refused with the path where groups do not divide the channels', () => {
    expect(() => open([{ block: 'bottleneck', depth: 1, width: 100, groups: 32 }])).toThrow(
      expect.objectContaining<Partial<IsoflopError>>({ code: 'invalid-input', path: 'stages.0.width' }),
    );
    expect(() => presetModel('resnet18')!.apply([{ kind: 'parameter', path: 'stages[0].depth', value: 0 }])).toThrow(
      /convnet: /,
    );
    const huge = Array.from({ length: 64 }, () => ({ block: 'convolution', depth: 1000, width: 8 }));
    expect(() => open(huge)).toThrow('64000 blocks are more than 5000');
  });
});

describe('knobs of convolutional networks', () => {
  it('are depth, width and resolution with the rounding of the family', () => {
    const { knobs } = presetModel('efficientnet-b0')!.family!;
    expect(knobs.filter(({ axis }) => axis === 'depth').map(({ value }) => value)).toEqual([1, 2, 2, 3, 3, 4, 1]);
    expect(knobs.filter(({ axis }) => axis === 'width').map(({ value }) => value)).toEqual([
      32, 16, 24, 40, 80, 112, 192, 320, 1280,
    ]);
    expect(knobs.find(({ path }) => path === 'head.convolution')).toMatchObject({ step: 8, rounding: 'divisible-10' });
  });

  it('keep groups whole and the wide ends of MobileNets', () => {
    const step = (name: string, path: string): number =>
      presetModel(name)!.family!.knobs.find((knob) => knob.path === path)!.step;
    expect(step('resnext50-32x4d', 'stages[0].width')).toBe(64);
    expect(step('regnety-1.6gf', 'stages[1].width')).toBe(24);
    expect(step('convnext-tiny', 'resolution')).toBe(32);
    expect(presetModel('convnext-tiny')!.family!.knobs.find(({ path }) => path === 'stem.width')!.follows).toBe(
      'stages[0].width',
    );
    const small = presetModel('mobilenet-v3-small-100')!.family!.knobs;
    expect(small.find(({ path }) => path === 'head.hidden')!.minimum).toBe(1024);
    expect(small.find(({ path }) => path === 'stem.width')!.minimum).toBe(16);
  });

  it('turned by the published coefficients make the published EfficientNets', () => {
    const b3 = convnetSchema.parse(withCoefficients(EFFICIENTNET_BASE, EFFICIENTNETS[3]));
    expect(b3.stages.map(({ width }) => width)).toEqual([24, 32, 48, 96, 136, 232, 384]);
    expect(b3.stages.map(({ depth }) => depth)).toEqual([2, 3, 3, 5, 5, 6, 2]);
    expect([b3.stem.width, b3.head.convolution, b3.resolution]).toEqual([40, 1536, 300]);
  });

  it("turned by the paper's alpha and beta, phi = 1, make the network of B2 (9,109,994 parameters by timm)", () => {
    const scaled = withCoefficients(EFFICIENTNET_BASE, { depth: 1.2, width: 1.1, resolution: 258 });
    const { parameters } = modelOfFamily(scaled, 'phi 1').lower();
    expect(parameters.reduce((sum, { parameter }) => sum + sizeOf(parameter.shape), 0)).toBe(9_109_994);
  });
});

describe("RegNet's generator", () => {
  // Widths, depths and group widths of the published tables (Radosavovic et al. 2020, figure 17; pycls MODEL_ZOO.md).
  it.each([
    ['X-200MF', [13, 24, 36.44, 2.49, 8], [24, 56, 152, 368], [1, 1, 4, 7]],
    ['X-32GF', [23, 320, 69.86, 2, 168], [336, 672, 1344, 2520], [2, 7, 13, 1]],
    ['Y-800MF', [14, 56, 38.84, 2.4, 16], [64, 128, 320, 768], [1, 3, 8, 2]],
  ])('RegNet%s', (_name, [depth, initial, slope, multiplier, groupWidth], widths, depths) => {
    const stages = regnetStages({ depth, initial, slope, multiplier, groupWidth });
    expect(stages.map(({ width }) => width)).toEqual(widths);
    expect(stages.map((stage) => stage.depth)).toEqual(depths);
  });

  it('rounds to group widths as torchvision where asked', () => {
    const parameters = { depth: 14, initial: 56, slope: 38.84, multiplier: 2.4, groupWidth: 16 };
    expect(regnetStages(parameters, 'torchvision').map(({ width }) => width)).toEqual([64, 144, 320, 784]);
  });

  it('refuses a first width that is no multiple of 8', () => {
    expect(() => regnetStages({ depth: 3, initial: 20, slope: 1, multiplier: 2, groupWidth: 8 })).toThrow(IsoflopError);
  });
});
