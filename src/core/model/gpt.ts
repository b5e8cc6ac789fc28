import { GraphBuilder } from '../graph/builder.ts';
import type { ParameterRole } from '../graph/parameter.ts';
import type { Graph, TensorId } from '../graph/types.ts';
import type { GptSpec } from '../schema/model.ts';
import { checkGpt } from './check.ts';
import { causalMask, rotaryTables } from '../graph/positions.ts';

/** Added to the variance inside normalisation (PyTorch's default). */
const NORM_EPSILON = 1e-5;

/** Hidden width of the MLP: `feedForward` times the width, rounded to the nearest whole number. */
export const hiddenWidth = (spec: GptSpec): number => Math.max(1, Math.round(spec.feedForward * spec.width));

/**
 * Lowers a decoder-only transformer (pre-norm, Radford et al. 2019; options after Touvron et al. 2023) to its forward graph.
 * Inputs: `tokens` and `targets`, int32 `[batch, context]`, flattened to rows. Outputs: `loss` (scalar), `losses` `[batch]`.
 */
export function buildGpt(spec: GptSpec, batch: number): Graph {
  checkGpt(spec);
  return new GptLowering(spec, batch).build();
}

class GptLowering {
  private readonly spec: GptSpec;
  private readonly batch: number;
  private readonly builder = new GraphBuilder();
  private readonly constants = new Map<string, TensorId>();

  constructor(spec: GptSpec, batch: number) {
    this.spec = spec;
    this.batch = batch;
  }

  build(): Graph {
    const { spec, batch, builder } = this;
    const rows = batch * spec.context;
    const tokens = builder.input('tokens', [batch, spec.context], 'int32');
    const targets = builder.input('targets', [batch, spec.context], 'int32');
    const table = this.weight('embedding', 'tokens', 'embedding', [spec.vocabulary, spec.width], 1);
    let x = builder.add('gather', [table, tokens]);
    if (spec.positions === 'learned') {
      const positions = this.weight('embedding', 'positions', 'position', [spec.context, spec.width], 1);
      x = builder.add('add', [x, positions]);
    }
    x = builder.add('reshape', [x], { shape: [rows, spec.width] });
    for (let block = 0; block < spec.depth; block++) x = this.block(x, `block${block}`);
    const logits = this.head(this.norm(x, 'head'), table);
    const [rowLosses] = builder.addAll('loss', [logits, targets], { loss: 'cross-entropy' });
    const windows = builder.add('reshape', [rowLosses], { shape: [batch, spec.context] });
    const losses = builder.add('mean', [windows]);
    return builder.finish({ losses, loss: builder.add('mean', [losses]) });
  }

  private block(x: TensorId, name: string): TensorId {
    const { builder } = this;
    const attended = this.attention(this.shift(this.norm(x, `${name}.attention`)), `${name}.attention`);
    const middle = builder.add('add', [x, attended]);
    const fed = this.feedForward(this.shift(this.norm(middle, `${name}.mlp`)), `${name}.mlp`);
    return builder.add('add', [middle, fed]);
  }

  private head(x: TensorId, table: TensorId): TensorId {
    const { spec, builder } = this;
    this.at('head');
    if (spec.tiedHead) return builder.add('matmul', [x, table], { transposeB: true });
    return this.linear(x, 'head', 'weight', 'head', spec.width, spec.vocabulary, { bias: false });
  }

  private norm(x: TensorId, layer: string): TensorId {
    const { spec, builder } = this;
    const inputs = [x];
    if (spec.normGain) {
      inputs.push(this.weight(`${layer}.norm`, 'gain', 'gain', [spec.width], 1));
      if (spec.bias && spec.norm === 'layernorm')
        inputs.push(this.weight(`${layer}.norm`, 'bias', 'bias', [spec.width], 1));
    }
    this.at(`${layer}.norm`);
    return builder.add('normalize', inputs, { norm: spec.norm, epsilon: NORM_EPSILON });
  }

  private shift(x: TensorId): TensorId {
    const { spec, builder } = this;
    const channels = Math.floor(spec.width / 2);
    return spec.tokenShift && channels > 0 ? builder.add('shift', [x], { context: spec.context, channels }) : x;
  }

  /** Causal attention; each group of query heads shares one key-value head (Ainslie et al. 2023). */
  private attention(x: TensorId, layer: string): TensorId {
    const { spec, builder, batch } = this;
    const { context, heads, width } = spec;
    const kvHeads = spec.kvHeads ?? heads;
    const [headSize, group] = [width / heads, heads / kvHeads];
    const projected = this.linear(x, layer, 'qkv', 'matrix', width, (heads + 2 * kvHeads) * headSize);
    const split = builder.add('reshape', [projected], { shape: [batch, context, heads + 2 * kvHeads, headSize] });
    const byHead = builder.add('transpose', [split], { permutation: [0, 2, 1, 3] });
    const [q, k, v] = builder.addAll('split', [byHead], { axis: 1, sizes: [heads, kvHeads, kvHeads] });
    const [query, key] = spec.positions === 'rotary' ? [this.rotate(q), this.rotate(k)] : [q, k];
    const grouped = builder.add('reshape', [query], { shape: [batch, kvHeads, group * context, headSize] });
    const scores = builder.add('matmul', [grouped, key], { transposeB: true, alpha: 1 / Math.sqrt(headSize) });
    const mixed = builder.add('matmul', [builder.add('softmax', [scores, this.mask()]), v]);
    const perHead = builder.add('reshape', [mixed], { shape: [batch, heads, context, headSize] });
    const together = builder.add('transpose', [perHead], { permutation: [0, 2, 1, 3] });
    const flat = builder.add('reshape', [together], { shape: [batch * context, width] });
    return this.linear(flat, layer, 'output', 'matrix', width, width, { residual: true });
  }

  /** Rotary positions (Su et al. 2021), halves paired as in LLaMA: x cos + swapHalves(x) sin, the sign inside the table. */
  private rotate(x: TensorId): TensorId {
    const { spec, builder } = this;
    const headSize = spec.width / spec.heads;
    const shape = [spec.context, headSize];
    const tables = (): ReturnType<typeof rotaryTables> => rotaryTables(spec.context, headSize);
    const cos = this.shared('rotary.cosine', shape, () => tables().cosine);
    const sin = this.shared('rotary.sine', shape, () => tables().sine);
    const turned = builder.add('multiply', [builder.add('swapHalves', [x]), sin]);
    return builder.add('add', [builder.add('multiply', [x, cos]), turned]);
  }

  private mask(): TensorId {
    const { context, heads, kvHeads = heads } = this.spec;
    const group = heads / kvHeads;
    return this.shared('causalMask', [group * context, context], () => causalMask(context, group));
  }

  /** A constant that all blocks use; made once. */
  private shared(name: string, shape: readonly number[], values: () => Float32Array): TensorId {
    const id = this.constants.get(name) ?? this.builder.constant(name, shape, values());
    this.constants.set(name, id);
    return id;
  }

  private feedForward(x: TensorId, layer: string): TensorId {
    const { spec, builder } = this;
    const hidden = hiddenWidth(spec);
    if (spec.activation !== 'swiglu') {
      const up = this.linear(x, layer, 'up', 'matrix', spec.width, hidden);
      const active = builder.add('activation', [up], { activation: spec.activation });
      return this.linear(active, layer, 'down', 'matrix', hidden, spec.width, { residual: true });
    }
    const both = this.linear(x, layer, 'gateUp', 'matrix', spec.width, 2 * hidden);
    const [gate, up] = builder.addAll('split', [both], { axis: 1, sizes: [hidden, hidden] });
    const gated = builder.add('multiply', [builder.add('activation', [gate], { activation: 'silu' }), up]);
    return this.linear(gated, layer, 'down', 'matrix', hidden, spec.width, { residual: true });
  }

  private linear(
    x: TensorId,
    layer: string,
    name: string,
    role: ParameterRole,
    inputs: number,
    outputs: number,
    { bias = this.spec.bias, residual = false } = {},
  ): TensorId {
    const weight = this.weight(
      layer,
      name === 'weight' ? name : `${name}.weight`,
      role,
      [inputs, outputs],
      inputs,
      residual,
    );
    const operands = [x, weight];
    if (bias) operands.push(this.weight(layer, `${name}.bias`, 'bias', [outputs], 1));
    this.at(layer);
    return this.builder.add('linear', operands);
  }

  /** Names the layer of what follows: its last word is its type, its first the block. */
  private at(layer: string): void {
    const parts = layer.split('.');
    this.builder.at(layer, parts.at(-1)!.replace('mlp', 'feed-forward'), parts.length > 1 ? parts[0] : '');
  }

  private weight(
    layer: string,
    name: string,
    role: ParameterRole,
    shape: readonly number[],
    fanIn: number,
    residual = false,
  ): TensorId {
    this.at(layer);
    return this.builder.parameter({ name: `${layer}.${name}`, shape, role, fanIn, residual, layer });
  }
}
