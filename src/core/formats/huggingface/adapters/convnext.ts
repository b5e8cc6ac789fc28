import { readActivation } from '../activations.ts';
import type { Adapter } from '../adapter.ts';
import { classesOf, prefixOf, renamed, side, stageEntry, stagesOf } from './stages.ts';
import type { Renaming } from './stages.ts';

const CONVNEXT_NAMES: Renaming = [
  [/^stem\.conv\.(?<rest>\w+)$/, (_, rest) => `embeddings.patch_embeddings.${rest}`],
  [/^stem\.norm\.(?<rest>\w+)$/, (_, rest) => `embeddings.layernorm.${rest}`],
  [
    /^stage(?<stage>\d+)\.downsample\.(?<rest>(norm|conv)\.\w+)$/,
    (stage, rest) => `encoder.stages.${stage}.downsampling_layer.${rest.replace('norm.', '0.').replace('conv.', '1.')}`,
  ],
  [
    /^stage(?<stage>\d+)\.block(?<block>\d+)\.(?<rest>.+)$/,
    (stage, rest, block) => `encoder.stages.${stage}.layers.${block}.${convnextPart(rest)}`,
  ],
  [/^head\.norm\.(?<rest>\w+)$/, (_, rest) => `layernorm.${rest}`],
];

const convnextPart = (part: string): string =>
  part
    .replace('conv_dw', 'dwconv')
    .replace(/^norm/, 'layernorm')
    .replace(/^mlp\.fc/, 'pwconv')
    .replace(/^gamma$/, 'layer_scale_parameter');

export const convnext: Adapter = {
  modelType: 'convnext',
  defaults: {
    num_channels: 3,
    patch_size: 4,
    num_stages: 4,
    hidden_sizes: [96, 192, 384, 768],
    depths: [3, 3, 9, 3],
    hidden_act: 'gelu',
    layer_scale_init_value: 1e-6,
    drop_path_rate: 0,
    image_size: 224,
  },
  keys: { resolution: ['image_size'], channels: ['num_channels'] },
  entry: (path) => (path === 'stem.width' ? { key: 'hidden_sizes', index: 0 } : stageEntry(path)),
  names: (config) => {
    const prefix = prefixOf(config, 'convnext');
    return (name) =>
      name.startsWith('head.classifier.') ? name.slice('head.'.length) : renamed(name, CONVNEXT_NAMES, prefix);
  },
  read: (config) => {
    const stages = stagesOf(config);
    const patch = side(config, 'patch_size');
    return {
      family: 'convnet',
      resolution: side(config, 'image_size'),
      channels: config.int('num_channels'),
      classes: classesOf(config),
      activation: readActivation(config, 'hidden_act'),
      epsilon: 1e-6,
      stochasticDepth: config.number('drop_path_rate'),
      stem: { kind: 'patches', width: stages[0]?.width, kernel: patch, stride: patch },
      stages: stages.map((stage, index) => ({
        block: 'convnext',
        ...stage,
        stride: index === 0 ? 1 : 2,
        layerScale: config.number('layer_scale_init_value') > 0,
      })),
      head: { normalization: true },
    };
  },
};
