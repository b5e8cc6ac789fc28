import type { Activation, TensorId } from '../../graph/types.ts';
import type { ConvnetLayers } from './layers.ts';
import type { BlockKind, StageOf } from './schema.ts';
import { bottleneckGroups, bottleneckWidth, expandedWidth } from './widths.ts';

/** Where a block stands: what enters it and how it strides. */
export interface BlockPlace {
  readonly layers: ConvnetLayers;
  readonly x: TensorId;
  readonly stride: number;
  readonly activation: Activation;
}

type LowerBlock<Kind extends BlockKind> = (place: BlockPlace, stage: StageOf<Kind>) => TensorId;

/** How each kind of block becomes operators. Layers are named as in torchvision (residual blocks) and timm (the others). */
export const BLOCKS: { readonly [Kind in BlockKind]: LowerBlock<Kind> } = {
  convolution: ({ layers, x, stride, activation }, { width, kernel }) => {
    const filtered = layers.batchNorm(layers.convolution(x, 'conv', { width, kernel, stride }), 'bn1');
    return layers.activation(filtered, 'act1', activation);
  },
  separable: (place, { width, kernel }) => {
    const { layers, activation } = place;
    const filtered = depthwise(place, place.x, kernel, 'bn1', 'act1');
    const mixed = layers.batchNorm(layers.convolution(filtered, 'conv_pw', { width }), 'bn2');
    return layers.activation(mixed, 'act2', activation);
  },
  inverted,
  fused,
  basic,
  bottleneck,
  convnext,
};

function depthwise(place: BlockPlace, x: TensorId, kernel: number, norm: string, act: string): TensorId {
  const { layers, stride, activation } = place;
  const width = layers.channels(x);
  const filtered = layers.convolution(x, 'conv_dw', { width, kernel, stride, groups: width });
  return layers.activation(layers.batchNorm(filtered, norm), act, activation);
}

/** Sandler et al. 2018; with squeeze and excitation Tan et al. 2019. The input is added where its shape allows. */
function inverted(place: BlockPlace, stage: StageOf<'inverted'>): TensorId {
  const { layers, x, activation } = place;
  const input = layers.channels(x);
  const hidden = expandedWidth(input, stage.expansion);
  const expanded =
    stage.expansion === 1
      ? x
      : layers.activation(
          layers.batchNorm(layers.convolution(x, 'conv_pw', { width: hidden }), 'bn1'),
          'act1',
          activation,
        );
  const filtered = depthwise(place, expanded, stage.kernel, 'bn2', 'act2');
  return project(place, stage, filtered, { hidden, norm: 'bn3' });
}

/** Gupta and Akin 2020, as in EfficientNetV2 (Tan and Le 2021). */
function fused(place: BlockPlace, stage: StageOf<'fused'>): TensorId {
  const { layers, x, stride, activation } = place;
  const { expansion, kernel, width } = stage;
  const hidden = expansion === 1 ? width : expandedWidth(layers.channels(x), expansion);
  const name = expansion === 1 ? 'conv' : 'conv_exp';
  const filtered = layers.batchNorm(
    layers.convolution(x, name, { width: hidden, kernel, stride, residual: expansion === 1 }),
    'bn1',
  );
  const active = layers.activation(filtered, 'act1', activation);
  if (expansion !== 1) return project(place, stage, active, { hidden, norm: 'bn2' });
  return withInput(place, excited(place, stage, active, hidden));
}

function project(
  place: BlockPlace,
  stage: StageOf<'inverted' | 'fused'>,
  x: TensorId,
  { hidden, norm }: { readonly hidden: number; readonly norm: string },
): TensorId {
  const { layers } = place;
  const gated = excited(place, stage, x, hidden);
  const projected = layers.convolution(gated, 'conv_pwl', { width: stage.width, residual: true });
  return withInput(place, layers.batchNorm(projected, norm));
}

function excited(
  { layers, x: input, activation }: BlockPlace,
  { squeeze }: Pick<StageOf<'inverted' | 'fused' | 'bottleneck'>, 'squeeze'>,
  x: TensorId,
  hidden: number,
): TensorId {
  if (!squeeze || squeeze.of === 'output') return x;
  return layers.squeezeExcite(x, squeeze, squeeze.of === 'hidden' ? hidden : layers.channels(input), activation);
}

/** Adds the block's input where shapes are equal. */
function withInput({ layers, x: input, stride }: BlockPlace, x: TensorId): TensorId {
  return stride === 1 && layers.channels(input) === layers.channels(x) ? layers.add(x, input) : x;
}

/** He et al. 2016, figure 5 left. */
function basic(place: BlockPlace, stage: StageOf<'basic'>): TensorId {
  const { layers, x, stride, activation } = place;
  const { width, kernel } = stage;
  const first = layers.batchNorm(layers.convolution(x, 'conv1', { width, kernel, stride }), 'bn1');
  const active = layers.activation(first, 'act1', activation);
  const second = layers.batchNorm(layers.convolution(active, 'conv2', { width, kernel, residual: true }), 'bn2');
  return joined(place, stage, second);
}

/** He et al. 2016, figure 5 right; groups as in ResNeXt (Xie et al. 2017) and RegNet (Radosavovic et al. 2020). */
function bottleneck(place: BlockPlace, stage: StageOf<'bottleneck'>): TensorId {
  const { layers, x, stride, activation } = place;
  const [inner, groups] = [bottleneckWidth(stage), bottleneckGroups(stage)];
  const [first, spatial] = stage.strideAt === 'first' ? [stride, 1] : [1, stride];
  const reduced = layers.batchNorm(layers.convolution(x, 'conv1', { width: inner, stride: first }), 'bn1');
  const filtered = layers.convolution(layers.activation(reduced, 'act1', activation), 'conv2', {
    width: inner,
    kernel: stage.kernel,
    stride: spatial,
    groups,
  });
  const active = layers.activation(layers.batchNorm(filtered, 'bn2'), 'act2', activation);
  const gated = excited(place, stage, active, inner);
  const widened = layers.convolution(gated, 'conv3', { width: stage.width, residual: true });
  return joined(place, stage, layers.batchNorm(widened, 'bn3'));
}

/** The end of a residual block: squeeze and excitation of its output, the shortcut, the non-linearity. */
function joined(place: BlockPlace, stage: StageOf<'basic' | 'bottleneck'>, x: TensorId): TensorId {
  const { layers, activation } = place;
  const { squeeze, width } = stage;
  const gated = squeeze?.of === 'output' ? layers.squeezeExcite(x, squeeze, width, activation) : x;
  return layers.activation(layers.add(gated, shortcut(place, stage)), 'act_last', activation);
}

function shortcut({ layers, x, stride }: BlockPlace, stage: StageOf<'basic' | 'bottleneck'>): TensorId {
  const { width } = stage;
  if (stride === 1 && layers.channels(x) === width) return x;
  const isPooled = stage.shortcut === 'average' && stride > 1;
  const pooled = isPooled ? layers.pool(x, 'downsample.pool', 'average', stride, stride) : x;
  const options = { width, stride: isPooled ? 1 : stride };
  return layers.batchNorm(layers.convolution(pooled, 'downsample.conv', options), 'downsample.bn');
}

/** Liu et al. 2022. */
function convnext({ layers, x, activation }: BlockPlace, stage: StageOf<'convnext'>): TensorId {
  const { width, kernel, expansion } = stage;
  const filtered = layers.convolution(x, 'conv_dw', { width, kernel, groups: width, bias: true });
  const normed = layers.layerNorm(layers.channelsLast(filtered), 'norm');
  const hidden = layers.linear(normed, 'mlp.fc1', expandedWidth(width, expansion), 'matrix');
  const mixed = layers.linear(layers.activation(hidden, 'mlp.act', activation), 'mlp.fc2', width, 'matrix', true);
  const scaled = stage.layerScale ? layers.layerScale(mixed, 'gamma') : mixed;
  return layers.add(layers.channelsFirst(scaled), x);
}
