import { describe, expect, it } from 'vitest';
import { PRESETS, modelOfFamily, presetModel, presetOf, spelling } from './families.ts';

describe('presets', () => {
  it('have names of their own, however they are spelt', () => {
    expect(new Set(PRESETS.map(({ name }) => spelling(name))).size).toBe(PRESETS.length);
    expect(PRESETS.filter(({ name }) => name !== name.toLowerCase())).toEqual([]);
  });

  it('say where their numbers come from, and open', () => {
    for (const { name, spec, source } of PRESETS) {
      expect(source.length, name).toBeGreaterThan(5);
      expect(modelOfFamily(spec, name).inputs.length, name).toBeGreaterThan(0);
    }
  });

  it.each([
    ['ResNet50', 'resnet50'],
    ['convnext_tiny', 'convnext-tiny'],
    ['mobilenetv2_100', 'mobilenet-v2-100'],
    ['EfficientNet-B0', 'efficientnet-b0'],
    ['regnet_y_1_6gf', 'regnety-1.6gf'],
    ['regnet_y_16gf', 'regnety-16gf'],
    ['OPT-1.3B', 'opt-1.3b'],
    ['opt 13b', 'opt-13b'],
  ])('%s is %s', (asked, name) => expect(presetModel(asked)!.name).toBe(name));

  it('are not guessed', () => {
    expect(presetOf('resnet')).toBeUndefined();
    expect(presetOf('')).toBeUndefined();
    expect(() => modelOfFamily({ family: 'convent' }, 'x')).toThrow("no family is called 'convent'");
  });
});
