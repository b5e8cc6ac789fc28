import type { GraphBuilder } from '../../graph/builder.ts';
import type { ParameterRole } from '../../graph/parameter.ts';
import type { Activation, TensorId } from '../../graph/types.ts';
import type { ConvnetSpec, SqueezeSpec } from './schema.ts';
import { squeezedWidth } from './widths.ts';

export interface ConvolutionOptions {
  readonly width: number;
  readonly kernel?: number;
  readonly stride?: number;
  readonly groups?: number;
  readonly bias?: boolean;
  /** Whether the filters write into a residual stream. */
  readonly residual?: boolean;
  /** Zeros around the image; defaults to as many as keep its size at stride 1. */
  readonly padding?: number;
}

/** The layers that convolutional networks are made of, added to a graph. Images are [batch, channels, height, width]. */
export class ConvnetLayers {
  readonly builder: GraphBuilder;
  private readonly epsilon: number;
  private readonly momentum: number;
  private readonly bias: boolean;
  /** The block of the layers that follow, such as `stage2.block1`. */
  block = '';

  constructor(builder: GraphBuilder, { epsilon, momentum, bias }: Pick<ConvnetSpec, 'epsilon' | 'momentum' | 'bias'>) {
    this.builder = builder;
    this.epsilon = epsilon;
    this.momentum = momentum;
    this.bias = bias;
  }

  channels(x: TensorId): number {
    return this.builder.shapeOf(x)[1];
  }

  convolution(x: TensorId, name: string, options: ConvolutionOptions): TensorId {
    const { width, kernel = 1, stride = 1, groups = 1, bias = this.bias, residual = false } = options;
    const padding = options.padding ?? (kernel - 1) / 2;
    const inputs = this.channels(x) / groups;
    const layer = this.at(name, `${kindOf(groups, width)} ${kernel}x${kernel}${stride > 1 ? `/${stride}` : ''}`);
    const shape = [width, inputs, kernel, kernel];
    const weights = [this.weight(layer, 'weight', 'matrix', shape, inputs * kernel * kernel, residual)];
    if (bias) weights.push(this.weight(layer, 'bias', 'bias', [width]));
    const both = [padding, padding] as const;
    return this.builder.add('convolution', [x, ...weights], {
      strides: [stride, stride],
      padding: [both, both],
      groups,
    });
  }

  batchNorm(x: TensorId, name: string): TensorId {
    const layer = this.at(name, 'batch norm');
    const shape = [this.channels(x)];
    const inputs = [
      x,
      this.weight(layer, 'weight', 'gain', shape),
      this.weight(layer, 'bias', 'bias', shape),
      this.builder.buffer(`${layer}.running_mean`, shape),
      this.builder.buffer(`${layer}.running_var`, shape),
    ];
    return this.builder.add('batchNormalize', inputs, { axis: 1, epsilon: this.epsilon, momentum: this.momentum });
  }

  /** Layer norm over the last axis. */
  layerNorm(x: TensorId, name: string): TensorId {
    const layer = this.at(name, 'layer norm');
    const shape = [this.builder.shapeOf(x).at(-1)!];
    const inputs = [x, this.weight(layer, 'weight', 'gain', shape), this.weight(layer, 'bias', 'bias', shape)];
    return this.builder.add('normalize', inputs, { norm: 'layernorm', epsilon: this.epsilon });
  }

  /** Layer norm over the channels of an image. */
  channelNorm(x: TensorId, name: string): TensorId {
    this.at(name, 'layer norm');
    return this.channelsFirst(this.layerNorm(this.channelsLast(x), name));
  }

  channelsLast(x: TensorId): TensorId {
    return this.builder.add('transpose', [x], { permutation: [0, 2, 3, 1] });
  }

  channelsFirst(x: TensorId): TensorId {
    return this.builder.add('transpose', [x], { permutation: [0, 3, 1, 2] });
  }

  activation(x: TensorId, name: string, activation: Activation): TensorId {
    this.at(name, activation);
    return this.builder.add('activation', [x], { activation });
  }

  linear(x: TensorId, name: string, width: number, role: 'matrix' | 'head', residual = false): TensorId {
    const layer = this.at(name, 'linear');
    const inputs = this.builder.shapeOf(x).at(-1)!;
    const weight = this.weight(layer, 'weight', role, [width, inputs], inputs, residual);
    return this.builder.add('linear', [x, weight, this.weight(layer, 'bias', 'bias', [width])], { transposeB: true });
  }

  /** Multiplies each channel of an image by a trained gain (layer scale, Touvron et al. 2021). Axes are channels last. */
  layerScale(x: TensorId, name: string): TensorId {
    const layer = this.at(name, 'layer scale');
    const gain = this.builder.parameter({
      name: layer,
      shape: [this.builder.shapeOf(x).at(-1)!],
      role: 'gain',
      fanIn: 1,
      residual: false,
      layer,
    });
    return this.builder.add('multiply', [x, gain]);
  }

  globalPool(x: TensorId, name: string, keepAxes: boolean): TensorId {
    this.at(name, 'global average pool');
    return this.builder.add('reduce', [x], { reduction: 'mean', axes: [2, 3], keepAxes, adaptive: true });
  }

  add(x: TensorId, y: TensorId, name = 'add'): TensorId {
    this.at(name, 'add');
    return this.builder.add('add', [x, y]);
  }

  pool(x: TensorId, name: string, pool: 'max' | 'average', window: number, stride: number): TensorId {
    this.at(name, `${pool} pool ${window}x${window}/${stride}`);
    // PyTorch's ResNets pad a max pool of 3x3; an average of 2x2 takes the partial last window instead.
    const padding = pool === 'max' ? (window - 1) / 2 : 0;
    return this.builder.add('pool', [x], {
      pool,
      window: [window, window],
      strides: [stride, stride],
      padding: [
        [padding, padding],
        [padding, padding],
      ],
      ceil: pool === 'average',
    });
  }

  /** Squeeze and excitation: each channel times a gate that all channels' means decide. `reference`: channels that the ratio is of. */
  squeezeExcite(x: TensorId, spec: SqueezeSpec, reference: number, activation: Activation): TensorId {
    const width = squeezedWidth(spec, reference);
    const mean = this.globalPool(x, 'se.pool', true);
    const squeezed = this.convolution(mean, 'se.reduce', { width, bias: true });
    const active = this.activation(squeezed, 'se.act', spec.activation ?? activation);
    const expanded = this.convolution(active, 'se.expand', { width: this.channels(x), bias: true });
    const gate = this.activation(expanded, 'se.gate', spec.gate);
    this.at('se.scale', 'multiply');
    return this.builder.add('multiply', [x, gate]);
  }

  /** Names the layer of the operators that follow and gives its full name. */
  private at(name: string, type: string): string {
    const layer = this.block === '' ? name : `${this.block}.${name}`;
    this.builder.at(layer, type, this.block);
    return layer;
  }

  private weight(
    layer: string,
    name: string,
    role: ParameterRole,
    shape: readonly number[],
    fanIn = 1,
    residual = false,
  ): TensorId {
    return this.builder.parameter({ name: `${layer}.${name}`, shape, role, fanIn, residual, layer });
  }
}

function kindOf(groups: number, width: number): string {
  if (groups === 1) return 'conv';
  return groups === width ? 'depthwise conv' : 'grouped conv';
}
