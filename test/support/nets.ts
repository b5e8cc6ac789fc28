import type { Attributes, OperatorKind } from '../../src/core/graph/types.ts';
import type { Model, ModelInput } from '../../src/core/model/model.ts';
import { graphModel } from './graph-model.ts';
import type { NetLayer, NetOperator } from './graph-model.ts';

interface ConvolutionOptions {
  readonly kernel?: number;
  readonly stride?: number;
  readonly groups?: number;
  readonly padding?: 'same' | 'valid';
}

/** Writes documents of layers in the order of the forward pass; images are channels first. Tensors carry the name of their layer. */
export class Net {
  private readonly layers: NetLayer[] = [];
  private readonly shapes = new Map<string, readonly number[]>();
  private readonly inputs: ModelInput[] = [];
  private readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  input(name: string, shape: readonly number[], dtype: ModelInput['dtype'] = 'float32'): string {
    this.inputs.push({ name, shape, dtype });
    this.shapes.set(name, shape);
    return name;
  }

  /** One layer of one operator; `width` is the extent of its channels or units afterwards. */
  layer(
    name: string,
    kind: OperatorKind,
    inputs: readonly string[],
    attributes: Attributes = {},
    weights: Readonly<Record<string, readonly number[]>> = {},
  ): string {
    const names = Object.keys(weights).map((weight) => `${name}.${weight}`);
    const operator: NetOperator = {
      kind,
      inputs: [...inputs, ...names.map((weight) => `%${weight}`)],
      outputs: [name],
      attributes,
    };
    const owned = Object.fromEntries(Object.entries(weights).map(([key, shape]) => [`${name}.${key}`, shape]));
    this.layers.push({ name, operators: [operator], weights: owned });
    return name;
  }

  /** A layer without operators, as dropout is. */
  silent(name: string): void {
    this.layers.push({ name, operators: [], weights: {} });
  }

  convolution(name: string, x: string, from: number, to: number, options: ConvolutionOptions = {}): string {
    const { kernel = 3, stride = 1, groups = 1, padding = 'same' } = options;
    const attributes: Attributes = {
      strides: [stride, stride],
      ...(padding === 'same' ? { padding } : {}),
      ...(groups > 1 ? { groups } : {}),
    };
    return this.layer(name, 'convolution', [x], attributes, {
      weight: [to, from / groups, kernel, kernel],
      bias: [to],
    });
  }

  batchNorm(name: string, x: string, width: number): string {
    return this.layer(name, 'batchNormalize', [x], { axis: 1 }, { gain: [width], bias: [width] });
  }

  activation(name: string, x: string): string {
    return this.layer(name, 'activation', [x], { activation: 'relu' });
  }

  linear(name: string, x: string, from: number, to: number): string {
    return this.layer(name, 'linear', [x], {}, { weight: [from, to], bias: [to] });
  }

  layerNorm(name: string, x: string, width: number): string {
    return this.layer(name, 'normalize', [x], { norm: 'layernorm' }, { gain: [width], bias: [width] });
  }

  pool(name: string, x: string, extent = 2): string {
    return this.layer(name, 'pool', [x], { window: [extent, extent], strides: [extent, extent], pool: 'max' });
  }

  globalPool(name: string, x: string): string {
    return this.layer(name, 'reduce', [x], { axes: [2, 3], reduction: 'mean' });
  }

  add(name: string, a: string, b: string): string {
    return this.layer(name, 'add', [a, b]);
  }

  model(output: string): Model {
    return graphModel({ name: this.name, inputs: this.inputs, layers: this.layers, output });
  }
}

/** Convolutions and pools, then a flattened image into a linear layer. */
export function plainConvnet(): Model {
  const net = new Net('plain');
  let x = net.input('image', [3, 32, 32]);
  x = net.activation('act1', net.convolution('conv1', x, 3, 16));
  x = net.activation('act2', net.convolution('conv2', x, 16, 16));
  x = net.pool('pool1', x);
  x = net.activation('act3', net.convolution('conv3', x, 16, 32));
  x = net.activation('act4', net.convolution('conv4', x, 32, 32));
  x = net.pool('pool2', x);
  x = net.layer('flat', 'reshape', [x], { shape: [1, 32 * 8 * 8] });
  return net.model(net.linear('head', x, 32 * 8 * 8, 10));
}

/** A residual net of stages of two basic blocks; the first block of a stage strides and projects. */
export function residualNet(widths: readonly number[] = [16, 32], repeats = 2): Model {
  const net = new Net('residual');
  let x = net.input('image', [3, 32, 32]);
  x = net.activation('stem.act', net.batchNorm('stem.norm', net.convolution('stem.conv', x, 3, widths[0]), widths[0]));
  let from = widths[0];
  for (const [stage, width] of widths.entries()) {
    for (let block = 0; block < repeats; block++) {
      const at = `stage${stage + 1}.block${block + 1}`;
      const stride = stage > 0 && block === 0 ? 2 : 1;
      const shortcut =
        stride === 1
          ? x
          : net.batchNorm(
              `${at}.project.norm`,
              net.convolution(`${at}.project`, x, from, width, { kernel: 1, stride }),
              width,
            );
      let y = net.batchNorm(`${at}.norm1`, net.convolution(`${at}.conv1`, x, from, width, { stride }), width);
      y = net.activation(`${at}.act1`, y);
      y = net.batchNorm(`${at}.norm2`, net.convolution(`${at}.conv2`, y, width, width), width);
      x = net.activation(`${at}.act2`, net.add(`${at}.add`, shortcut, y));
      from = width;
    }
  }
  return net.model(net.linear('head', net.globalPool('pool', x), from, 10));
}

export function twoBranchNet(): Model {
  const net = new Net('two-branch');
  const x = net.input('features', [48]);
  const left = net.linear('left2', net.activation('left1.act', net.linear('left1', x, 48, 32)), 32, 16);
  const right = net.activation('right1.act', net.linear('right1', x, 48, 64));
  const joined = net.layer('joined', 'concat', [left, right], { axis: 1 });
  const mixed = net.activation('mix.act', net.linear('mix', joined, 80, 24));
  return net.model(net.linear('out', mixed, 24, 3));
}

export function unet(size = 64): Model {
  const net = new Net('unet');
  const pair = (name: string, x: string, from: number, to: number): string => {
    const first = net.activation(`${name}.act1`, net.convolution(`${name}.conv1`, x, from, to));
    return net.activation(`${name}.act2`, net.convolution(`${name}.conv2`, first, to, to));
  };
  const up = (name: string, x: string, from: number, to: number): string =>
    net.layer(name, 'transposedConvolution', [x], { strides: [2, 2] }, { weight: [from, to, 2, 2], bias: [to] });
  const image = net.input('image', [1, size, size]);
  const down1 = pair('down1', image, 1, 16);
  const down2 = pair('down2', net.pool('pool1', down1), 16, 32);
  const bottom = pair('bottom', net.pool('pool2', down2), 32, 64);
  const up2 = pair('up2', net.layer('cat2', 'concat', [down2, up('grow2', bottom, 64, 32)], { axis: 1 }), 64, 32);
  const up1 = pair('up1', net.layer('cat1', 'concat', [down1, up('grow1', up2, 32, 16)], { axis: 1 }), 32, 16);
  return net.model(net.convolution('mask', up1, 16, 1, { kernel: 1 }));
}

export interface EncoderOptions {
  readonly width?: number;
  readonly heads?: number;
  readonly hidden?: number;
  readonly blocks?: number;
  /** `fused`: one attention operator and one projection of queries, keys and values. `written`: matrix products. */
  readonly attention?: 'fused' | 'written';
}

/** A text classifier of pre-norm blocks with learned positions. */
export function encoder(options: EncoderOptions = {}): Model {
  const { width = 32, heads = 4, hidden = 128, blocks = 2, attention = 'written' } = options;
  const net = new Net(`encoder-${attention}`);
  const tokens = 12;
  const ids = net.input('tokens', [tokens], 'int32');
  let x = net.layer('embed', 'gather', [`%table`, ids], {}, {});
  (net as unknown as { layers: NetLayer[] }).layers[0] = {
    name: 'embed',
    weights: { table: [50, width] },
    operators: [{ kind: 'gather', inputs: ['%table', ids], outputs: ['embed'], attributes: {} }],
  };
  x = net.layer('positions', 'add', [x], {}, { table: [1, tokens, width] });
  for (let block = 0; block < blocks; block++) {
    const at = `block${block + 1}`;
    const size = width / heads;
    const split = (name: string, y: string): string =>
      net.layer(
        `${name}.heads`,
        'transpose',
        [net.layer(`${name}.split`, 'reshape', [y], { shape: [1, tokens, heads, size] })],
        {
          permutation: [0, 2, 1, 3],
        },
      );
    const normed = net.layerNorm(`${at}.norm1`, x, width);
    let mixed: string;
    if (attention === 'fused') {
      const qkv = net.linear(`${at}.qkv`, normed, width, 3 * width);
      const parts = net.layer(`${at}.parts`, 'reshape', [qkv], { shape: [1, tokens, 3, heads, size] });
      const moved = net.layer(`${at}.moved`, 'transpose', [parts], { permutation: [2, 0, 3, 1, 4] });
      const [q, k, v] = [0, 1, 2].map((i) => {
        const cut = net.layer(`${at}.cut${i}`, 'slice', [moved], { starts: [i], ends: [i + 1] });
        return net.layer(`${at}.part${i}`, 'reshape', [cut], { shape: [1, heads, tokens, size] });
      });
      mixed = net.layer(`${at}.attention`, 'attention', [q, k, v]);
    } else {
      const [q, k, v] = ['q', 'k', 'v'].map((name) =>
        split(`${at}.${name}`, net.linear(`${at}.${name}`, normed, width, width)),
      );
      const scores = net.layer(`${at}.scores`, 'matmul', [q, k], { transposeB: true });
      mixed = net.layer(`${at}.values`, 'matmul', [net.layer(`${at}.softmax`, 'softmax', [scores]), v]);
    }
    const back = net.layer(`${at}.back`, 'transpose', [mixed], { permutation: [0, 2, 1, 3] });
    const joined = net.layer(`${at}.join`, 'reshape', [back], { shape: [1, tokens, width] });
    x = net.add(`${at}.add1`, x, net.linear(`${at}.o`, joined, width, width));
    const inner = net.activation(
      `${at}.act`,
      net.linear(`${at}.up`, net.layerNorm(`${at}.norm2`, x, width), width, hidden),
    );
    net.silent(`${at}.drop`);
    x = net.add(`${at}.add2`, x, net.linear(`${at}.down`, inner, hidden, width));
  }
  const pooled = net.layer('pool', 'reduce', [net.layerNorm('norm', x, width)], { axes: [1], reduction: 'mean' });
  return net.model(net.linear('head', pooled, width, 3));
}

/** Inverted residual blocks: depthwise filters, squeeze and excitation. */
export function depthwiseNet(): Model {
  const net = new Net('depthwise');
  let x = net.convolution('stem', net.input('image', [3, 32, 32]), 3, 16, { stride: 2 });
  for (const [index, [from, to, stride]] of [
    [16, 24, 2],
    [24, 24, 1],
    [24, 24, 1],
  ].entries()) {
    const at = `block${index + 1}`;
    const inner = 4 * from;
    let y = net.activation(`${at}.act1`, net.convolution(`${at}.grow`, x, from, inner, { kernel: 1 }));
    y = net.activation(`${at}.act2`, net.convolution(`${at}.depthwise`, y, inner, inner, { stride, groups: inner }));
    const squeezed = net.layer(`${at}.squeeze`, 'reduce', [y], { axes: [2, 3], reduction: 'mean', keepAxes: true });
    const reduced = net.convolution(`${at}.reduce`, squeezed, inner, inner / 4, { kernel: 1 });
    const gate = net.activation(
      `${at}.gate`,
      net.convolution(`${at}.expand`, reduced, inner / 4, inner, { kernel: 1 }),
    );
    y = net.convolution(`${at}.shrink`, net.layer(`${at}.excite`, 'multiply', [y, gate]), inner, to, { kernel: 1 });
    x = stride === 1 ? net.add(`${at}.add`, x, y) : y;
  }
  return net.model(net.linear('head', net.globalPool('pool', x), 24, 10));
}

/** Grouped filters, and a group norm over a concatenation. */
export function groupedNet(): Model {
  const net = new Net('grouped');
  let x = net.convolution('stem', net.input('image', [3, 16, 16]), 3, 32);
  x = net.activation('act', net.convolution('grouped', x, 32, 64, { groups: 4 }));
  const side = net.convolution('side', 'stem', 32, 32, { kernel: 1 });
  x = net.layer('joined', 'concat', [x, side], { axis: 1 });
  x = net.layer('norm', 'groupNormalize', [x], { groups: 8 }, { gain: [96], bias: [96] });
  return net.model(net.linear('head', net.globalPool('pool', x), 96, 10));
}
