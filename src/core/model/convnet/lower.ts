import { GraphBuilder } from '../../graph/builder.ts';
import type { Graph, TensorId } from '../../graph/types.ts';
import type { LowerOptions } from '../model.ts';
import { BLOCKS } from './blocks.ts';
import type { BlockPlace } from './blocks.ts';
import { ConvnetLayers } from './layers.ts';
import type { BlockKind, ConvnetSpec, ConvnetStage, StageOf } from './schema.ts';

/**
 * Lowers a convolutional network to its forward graph. Input: `image` float32 `[batch, channels, height, width]`. Output:
 * `logits` `[batch, classes]`, or `features` where there are no classes. Dropout and stochastic depth add no operator: they are training's.
 */
export function lowerConvnet(spec: ConvnetSpec, { batch = 1 }: LowerOptions = {}): Graph {
  const builder = new GraphBuilder();
  const image = builder.input('image', [batch, spec.channels, spec.resolution, spec.resolution], 'float32');
  const layers = new ConvnetLayers(builder, spec);
  const stemmed = stem(layers, spec, image);
  const features = spec.stages.reduce(
    (x, stage, index) => lowerStage(layers, spec, stage, `stage${index + 1}`, x),
    stemmed,
  );
  return builder.finish(head(layers, spec, features));
}

function stem(layers: ConvnetLayers, spec: ConvnetSpec, image: TensorId): TensorId {
  const { kind, width, kernel, stride, pool } = spec.stem;
  layers.block = 'stem';
  if (kind === 'patches') {
    const patches = layers.convolution(image, 'conv', { width, kernel, stride, bias: true, padding: 0 });
    return layers.channelNorm(patches, 'norm');
  }
  const block = (x: TensorId, suffix: string, options: { width: number; kernel: number; stride: number }): TensorId =>
    layers.activation(
      layers.batchNorm(layers.convolution(x, `conv${suffix}`, options), `bn${suffix}`),
      `act${suffix}`,
      spec.activation,
    );
  const x =
    kind === 'deep'
      ? [stride, 1, 1].reduce(
          (y, step, index) =>
            block(y, `${index + 1}`, { width: index < 2 ? width / 2 : width, kernel: 3, stride: step }),
          image,
        )
      : block(image, '', { width, kernel, stride });
  if (pool === 'none') return x;
  if (pool === 'max') return layers.pool(x, 'pool', 'max', 3, 2);
  return block(x, '_pool', { width, kernel: 3, stride: 2 });
}

function lowerStage(
  layers: ConvnetLayers,
  spec: ConvnetSpec,
  stage: ConvnetStage,
  name: string,
  input: TensorId,
): TensorId {
  const activation = stage.activation ?? spec.activation;
  const entered = stage.block === 'convnext' ? downsample(layers, stage, name, input) : input;
  return Array.from({ length: stage.depth }).reduce<TensorId>((x, _, index) => {
    layers.block = `${name}.block${index + 1}`;
    return lowerBlock({ layers, x, stride: index === 0 ? stage.stride : 1, activation }, stage);
  }, entered);
}

const lowerBlock = <Kind extends BlockKind>(place: BlockPlace, stage: StageOf<Kind>): TensorId =>
  (BLOCKS[stage.block] as (place: BlockPlace, stage: StageOf<Kind>) => TensorId)(place, stage);

/** ConvNeXt strides between its stages: a layer norm and patches. */
function downsample(layers: ConvnetLayers, { width, stride }: ConvnetStage, name: string, x: TensorId): TensorId {
  if (stride === 1 && layers.channels(x) === width) return x;
  layers.block = `${name}.downsample`;
  const normed = layers.channelNorm(x, 'norm');
  return layers.convolution(normed, 'conv', { width, kernel: stride, stride, bias: true, padding: 0 });
}

function head(layers: ConvnetLayers, spec: ConvnetSpec, features: TensorId): Record<string, TensorId> {
  const { convolution, hidden, normalization } = spec.head;
  layers.block = 'head';
  let x = features;
  if (convolution !== undefined) {
    x = layers.batchNorm(layers.convolution(x, 'conv', { width: convolution }), 'bn');
    x = layers.activation(x, 'act', spec.activation);
  }
  x = layers.globalPool(x, 'pool', false);
  if (normalization) x = layers.layerNorm(x, 'norm');
  if (hidden !== undefined) x = layers.activation(layers.linear(x, 'fc1', hidden, 'matrix'), 'act1', spec.activation);
  return spec.classes === 0 ? { features: x } : { logits: layers.linear(x, 'classifier', spec.classes, 'head') };
}
