import { readActivation } from '../activations.ts';
import type { Adapter } from '../adapter.ts';
import type { ConfigReader } from '../config-reader.ts';
import { classesOf, prefixOf, renamed, side, stageEntry, stagesOf } from './stages.ts';
import type { Renaming } from './stages.ts';

const RESNET_NAMES: Renaming = [
  [/^stem\.conv\.(?<rest>\w+)$/, (_, rest) => `embedder.embedder.convolution.${rest}`],
  [/^stem\.bn\.(?<rest>\w+)$/, (_, rest) => `embedder.embedder.normalization.${rest}`],
  [
    /^stage(?<stage>\d+)\.block(?<block>\d+)\.(?<rest>.+)$/,
    (stage, rest, block) => `encoder.stages.${stage}.layers.${block}.${resnetPart(rest)}`,
  ],
];

const resnetPart = (part: string): string =>
  part
    .replace(/^downsample\.conv/, 'shortcut.convolution')
    .replace(/^downsample\.bn/, 'shortcut.normalization')
    .replace(
      /^(conv|bn)(\d+)/,
      (_, kind: string, index: string) =>
        `layer.${Number(index) - 1}.${kind === 'conv' ? 'convolution' : 'normalization'}`,
    );

export const resnet: Adapter = {
  modelType: 'resnet',
  defaults: {
    num_channels: 3,
    embedding_size: 64,
    hidden_sizes: [256, 512, 1024, 2048],
    depths: [3, 4, 6, 3],
    layer_type: 'bottleneck',
    hidden_act: 'relu',
    downsample_in_first_stage: false,
    downsample_in_bottleneck: false,
    // The class has none; the preprocessor of every published ResNet makes images of this side.
    image_size: 224,
  },
  keys: { resolution: ['image_size'], channels: ['num_channels'], 'stem.width': ['embedding_size'] },
  entry: stageEntry,
  names: (config) => {
    const prefix = prefixOf(config, 'resnet');
    return (name) =>
      name.startsWith('head.classifier.')
        ? name.replace('head.classifier.', 'classifier.1.')
        : renamed(name, RESNET_NAMES, prefix);
  },
  notes: (config) => (Object.hasOwn(config.config, 'image_size') ? [] : ['no image_size: 224 pixels assumed']),
  read: (config) => {
    const isFirstStrided = config.boolean('downsample_in_first_stage');
    return {
      family: 'convnet',
      resolution: side(config, 'image_size'),
      channels: config.int('num_channels'),
      classes: classesOf(config),
      activation: readActivation(config, 'hidden_act'),
      stem: { width: config.int('embedding_size'), kernel: 7, stride: 2, pool: 'max' },
      stages: stagesOf(config).map((stage, index) => ({
        ...resnetBlock(config),
        ...stage,
        stride: index > 0 || isFirstStrided ? 2 : 1,
      })),
    };
  },
};

function resnetBlock(config: ConfigReader): Readonly<Record<string, unknown>> {
  const kind = config.string('layer_type');
  if (kind === 'basic') return { block: 'basic' };
  if (kind !== 'bottleneck') throw config.unlike('layer_type', "'basic' or 'bottleneck'");
  return { block: 'bottleneck', strideAt: config.boolean('downsample_in_bottleneck') ? 'first' : 'spatial' };
}
