import { z } from 'zod';

/** Wider layers and longer stages than any published network has; they bound the work that a document can ask for. */
const MOST_CHANNELS = 100_000;
const MOST_REPEATS = 1000;
const MOST_STAGES = 64;
const MOST_PIXELS = 16_384;

const channels = (meaning: string): z.ZodInt => z.int().min(1).max(MOST_CHANNELS).describe(meaning);
const activation = z.enum([
  ...(['relu', 'relu2', 'relu6', 'leaky-relu', 'elu', 'selu', 'gelu', 'gelu-tanh', 'silu', 'hard-swish'] as const),
  ...(['mish', 'softplus', 'tanh', 'sigmoid', 'hard-sigmoid', 'linear'] as const),
]);

const squeeze = z
  .strictObject({
    ratio: z.number().positive().max(1).describe('Width of the bottleneck as a share of the channels that `of` names.'),
    of: z
      .enum(['input', 'hidden', 'output'])
      .default('input')
      .describe(
        'Channels of the block input (EfficientNet, RegNetY), of the expanded layer (MobileNetV3), or of the block output (ResNet-RS). `output` stands after the last convolution, the others after the spatial one.',
      ),
    rounding: z
      .enum(['floor', 'round', 'divisible'])
      .default('floor')
      .describe('`divisible`: to 8, at most 10 % down.'),
    activation: activation.optional().describe("Defaults to the block's."),
    gate: z.enum(['sigmoid', 'hard-sigmoid']).default('sigmoid'),
  })
  .describe('Squeeze and excitation (Hu et al. 2018).');

const common = {
  depth: z.int().min(1).max(MOST_REPEATS).describe('Blocks of the stage; the first has the stride.'),
  width: channels('Channels that leave each block.'),
  stride: z.int().min(1).max(8).default(1),
  kernel: z.int().min(1).max(63).default(3).describe('Side of the spatial filter.'),
  activation: activation.optional().describe("Defaults to the network's."),
};
const expansion = z.number().min(1).max(64);

const stageSchema = z.discriminatedUnion('block', [
  z.strictObject({ block: z.literal('convolution').describe('One convolution.'), ...common }),
  z.strictObject({
    block: z.literal('separable').describe('Depthwise, then pointwise (MobileNet V1).'),
    ...common,
  }),
  z.strictObject({
    block: z.literal('inverted').describe('Expand, depthwise, project (MobileNet V2 and V3, MBConv).'),
    ...common,
    expansion: expansion.describe('Expanded channels as a multiple of the input; 1 has no expanding convolution.'),
    squeeze: squeeze.optional(),
  }),
  z.strictObject({
    block: z.literal('fused').describe('Expand and filter in one convolution, project (fused MBConv).'),
    ...common,
    expansion: expansion.describe('1 is a single convolution.'),
    squeeze: squeeze.optional(),
  }),
  z.strictObject({
    block: z.literal('basic').describe('Two convolutions and a shortcut (ResNet-18, -34).'),
    ...common,
    shortcut: z.enum(['convolution', 'average']).default('convolution'),
    squeeze: squeeze.optional(),
  }),
  z.strictObject({
    block: z.literal('bottleneck').describe('1x1, spatial, 1x1 and a shortcut (ResNet-50, ResNeXt, RegNet).'),
    ...common,
    ratio: z.number().positive().max(4).default(0.25).describe('Inner channels as a share of the width.'),
    groups: z.int().min(1).optional().describe('Groups of the spatial convolution; defaults to 1.'),
    groupWidth: channels('Channels of one group, instead of `groups`.').optional(),
    strideAt: z
      .enum(['first', 'spatial'])
      .default('spatial')
      .describe('Which convolution strides: `first` in the original and Keras, `spatial` in torchvision.'),
    shortcut: z
      .enum(['convolution', 'average'])
      .default('convolution')
      .describe('How a shortcut strides: `average` pools 2x2 before its 1x1 convolution (ResNet-D, ResNet-RS).'),
    squeeze: squeeze.optional(),
  }),
  z.strictObject({
    block: z.literal('convnext').describe('Depthwise, layer norm, two linear layers, layer scale (ConvNeXt).'),
    ...common,
    kernel: common.kernel.default(7),
    expansion: expansion.default(4),
    layerScale: z.boolean().default(true),
  }),
]);

const stemSchema = z.strictObject({
  kind: z
    .enum(['convolution', 'deep', 'patches'])
    .default('convolution')
    .describe('One convolution; three 3x3 ones, the first two half as wide (ResNet-C); patches with a layer norm.'),
  width: channels('Channels that leave the stem.'),
  kernel: z.int().min(1).max(63).default(3),
  stride: z.int().min(1).max(64).default(2),
  pool: z
    .enum(['none', 'max', 'convolution'])
    .default('none')
    .describe('What halves the image once more: a 3x3 max pool, or a 3x3 convolution (ResNet-RS).'),
  minimum: channels('Scaling never makes the stem narrower than this.').optional(),
});

const headSchema = z.strictObject({
  convolution: channels('Channels of a 1x1 convolution before the global pool.').optional(),
  hidden: channels('Width of a linear layer after the global pool.').optional(),
  normalization: z.boolean().default(false).describe('A layer norm after the global pool (ConvNeXt).'),
  minimum: channels('Scaling never makes the last layer before the classifier narrower than this.').optional(),
});

const roundingSchema = z.strictObject({
  divisor: z.int().min(1).max(1024).default(8).describe('Scaled widths are multiples of it.'),
  width: z
    .enum(['nearest', 'divisible', 'divisible-10', 'floor'])
    .default('divisible')
    .describe('`divisible-10`: one step up where more than 10 % would be lost. `nearest`: half goes to even (pycls).'),
  depth: z.enum(['ceil', 'nearest', 'floor']).default('nearest'),
});

/** Every parameter by itself; `convnetSchema` of check.ts also checks them together. */
export const convnetParameters = z
  .strictObject({
    family: z.literal('convnet').describe('Convolutional image classifier: a stem, stages of blocks, a head.'),
    resolution: z.int().min(1).max(MOST_PIXELS).default(224).describe('Height and width of the image, in pixels.'),
    channels: channels('Channels of the image.').default(3),
    classes: z
      .int()
      .min(0)
      .max(1_000_000)
      .default(1000)
      .describe('0 leaves the classifier out: the network ends in its pooled features.'),
    activation: activation.default('relu'),
    bias: z
      .boolean()
      .default(false)
      .describe('Whether convolutions before a batch norm have biases (Keras ResNets do).'),
    epsilon: z.number().positive().max(1).default(1e-5).describe('Added to the variance inside norms.'),
    momentum: z
      .number()
      .min(0)
      .max(1)
      .default(0.1)
      .describe("Weight of a batch in the statistics that batch norms keep: one minus TensorFlow's momentum."),
    dropout: z.number().min(0).max(0.99).default(0).describe('Share dropped before the classifier, in training.'),
    stochasticDepth: z
      .number()
      .min(0)
      .max(0.99)
      .default(0)
      .describe('Chance of skipping the last residual block in training; earlier blocks in proportion to their place.'),
    rounding: roundingSchema.prefault({}).describe('How the family rounds scaled sizes.'),
    stem: stemSchema,
    stages: z.array(stageSchema).min(1).max(MOST_STAGES),
    head: headSchema.prefault({}),
  })
  .describe('A convolutional image classifier.');

/** A convolutional network with every default filled in. */
export type ConvnetSpec = z.infer<typeof convnetParameters>;
/** A convolutional network as written, defaults left out. */
export type ConvnetInput = z.input<typeof convnetParameters>;
export type ConvnetStage = ConvnetSpec['stages'][number];
export type BlockKind = ConvnetStage['block'];
export type StageOf<Kind extends BlockKind> = Extract<ConvnetStage, { block: Kind }>;
export type SqueezeSpec = z.infer<typeof squeeze>;
