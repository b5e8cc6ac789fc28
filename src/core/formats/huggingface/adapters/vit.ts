import { readActivation } from '../activations.ts';
import type { Adapter } from '../adapter.ts';
import type { ConfigReader } from '../config-reader.ts';
import { labelsOf, taskOf } from '../heads.ts';

/** A size in pixels: a number, or height and width. */
function pixels(config: ConfigReader, key: string): number | [number, number] {
  const value = config.value(key);
  if (!Array.isArray(value)) return config.int(key);
  const [height, width] = config.ints(key);
  if (value.length !== 2) throw config.unlike(key, 'a whole number, or height and width');
  return height === width ? height : [height, width];
}

/** A classifier, or the model with its pooler; without a class the classifier is assumed. */
function ending(config: ConfigReader): Record<string, unknown> {
  switch (config.architecture === undefined ? 'ForImageClassification' : taskOf(config.architecture)) {
    case 'ForImageClassification':
      return { classes: labelsOf(config) };
    case 'Model':
      return { pooler: config.optionalInt('pooler_output_size') ?? config.int('hidden_size') };
    default:
      throw config.refusal(
        'architectures',
        `no head is known for '${config.architecture}'`,
        'Take ViTForImageClassification or ViTModel.',
      );
  }
}

export const vit: Adapter = {
  modelType: 'vit',
  defaults: {
    hidden_size: 768,
    num_hidden_layers: 12,
    num_attention_heads: 12,
    intermediate_size: 3072,
    hidden_act: 'gelu',
    layer_norm_eps: 1e-12,
    image_size: 224,
    patch_size: 16,
    num_channels: 3,
    qkv_bias: true,
    pooler_output_size: null,
  },
  keys: {
    image: ['image_size'],
    patch: ['patch_size'],
    channels: ['num_channels'],
    width: ['hidden_size'],
    depth: ['num_hidden_layers'],
    heads: ['num_attention_heads'],
    hidden: ['intermediate_size'],
  },
  read: (config) => ({
    family: 'vit',
    image: pixels(config, 'image_size'),
    patch: pixels(config, 'patch_size'),
    channels: config.int('num_channels'),
    width: config.int('hidden_size'),
    depth: config.int('num_hidden_layers'),
    heads: config.int('num_attention_heads'),
    hidden: config.int('intermediate_size'),
    activation: readActivation(config, 'hidden_act'),
    qkvBias: config.boolean('qkv_bias'),
    normEpsilon: config.number('layer_norm_eps'),
    ...ending(config),
  }),
};
