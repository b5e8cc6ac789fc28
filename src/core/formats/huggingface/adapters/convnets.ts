import { readActivation } from '../activations.ts';
import type { Adapter } from '../adapter.ts';
import type { ConfigReader } from '../config-reader.ts';
import { labelsOf, taskOf } from '../heads.ts';

/** Sizes and depths of the stages; the lists must be of one length. */
function stagesOf(config: ConfigReader): { readonly width: number; readonly depth: number }[] {
  const [widths, depths] = [config.ints('hidden_sizes'), config.ints('depths')];
  const wanted = config.optionalInt('num_stages') ?? widths.length;
  if (widths.length !== wanted || depths.length !== wanted)
    throw config.unlike('depths', `one number a stage: ${wanted}, with as many hidden_sizes (${widths.length})`);
  return widths.map((width, index) => ({ width, depth: depths[index] }));
}

/** A number of pixels; two equal ones count as one. */
function side(config: ConfigReader, key: string): number {
  const value = config.value(key);
  if (!Array.isArray(value)) return config.int(key);
  const [height, width] = config.ints(key);
  if (value.length !== 2 || height !== width) throw config.unlike(key, 'a number of pixels of a square');
  return height;
}

/** Classes of a classifier, 0 where the model ends in its features; without an architecture a classifier is assumed. */
function classesOf(config: ConfigReader): number {
  const { architecture = 'ForImageClassification' } = config;
  const task = taskOf(architecture);
  if (task === 'ForImageClassification') return labelsOf(config);
  if (task === 'Model') return 0;
  throw config.refusal(
    'architectures',
    `no head is known for '${architecture}'`,
    'Take the class that ends in ForImageClassification or Model.',
  );
}

const PLACE = /^stages\[(\d+)\]\.(width|depth)$/;

/** `stages[2].depth` stands in `depths`, `stages[2].width` in `hidden_sizes`. */
function stageEntry(path: string): { readonly key: string; readonly index: number } | undefined {
  const match = PLACE.exec(path);
  return match ? { key: match[2] === 'depth' ? 'depths' : 'hidden_sizes', index: Number(match[1]) } : undefined;
}

/** A name of ours by the first pattern that fits. $1 and $2 are stage and block, counted from 1; transformers counts from 0. */
type Renaming = readonly (readonly [pattern: RegExp, theirs: (stage: number, rest: string, block: number) => string])[];

function renamed(name: string, renaming: Renaming, prefix: string): string {
  for (const [pattern, theirs] of renaming) {
    const groups = pattern.exec(name)?.groups;
    if (groups) return prefix + theirs(Number(groups.stage ?? 1) - 1, groups.rest, Number(groups.block ?? 1) - 1);
  }
  return name;
}

/** The model stands inside the classifier under its type; alone it has no prefix. */
const prefixOf = (config: ConfigReader, modelType: string): string => (classesOf(config) === 0 ? '' : `${modelType}.`);

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
