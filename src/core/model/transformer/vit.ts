import { GraphBuilder } from '../../graph/builder.ts';
import type { Graph, TensorId } from '../../graph/types.ts';
import type { Family } from '../family.ts';
import type { DeclaredKnob, ModelInput } from '../model.ts';
import { addBlock } from './block.ts';
import type { BlockPlan } from './block.ts';
import { checkHeads, refuse } from './check.ts';
import { addFeedForward } from './feed-forward.ts';
import { hiddenKnob, widthKnobs } from './knobs.ts';
import { LayerWriter } from './layers.ts';
import type { NormPlan } from './layers.ts';
import { VIT_BLOCK } from './names.ts';
import { vitSchema } from './vit-schema.ts';
import type { VitSpec } from './vit-schema.ts';

/** Vision transformers. Input: `pixel_values` float32 [batch, channels, height, width]. Output: `logits` or `features`. */
export const vit: Family<VitSpec> = {
  family: 'vit',
  schema: vitSchema,
  inputs: (spec): ModelInput[] => [
    { name: 'pixel_values', shape: [spec.channels, ...pair(spec.image)], dtype: 'float32' },
  ],
  lower: (spec, { batch = 1 }) => {
    checkHeads(spec.width, spec.heads, 'heads');
    patchesOf(spec);
    return new Vit(spec).lower(batch);
  },
  knobs: vitKnobs,
};

export const pair = (size: number | readonly [number, number]): readonly [number, number] =>
  typeof size === 'number' ? [size, size] : size;

/** Rows and columns of patches; a rest at the edge is not seen. */
export function patchesOf({ image, patch }: VitSpec): readonly [number, number] {
  const [[height, width], [rows, columns]] = [pair(image), pair(patch)];
  const grid = [Math.floor(height / rows), Math.floor(width / columns)] as const;
  if (grid.includes(0))
    refuse(`no patch of ${rows} x ${columns} fits into ${height} x ${width} pixels`, 'patch', 'Take smaller patches.');
  return grid;
}

function vitKnobs(spec: VitSpec): DeclaredKnob[] {
  const { depth, width, heads, hidden, image, patch } = spec;
  const shape = widthKnobs({ depth, width, heads, kvHeads: heads, at: '' });
  const isSquare = typeof image === 'number' && typeof patch === 'number';
  return [
    { path: 'depth', axis: 'depth', value: depth, step: 1, minimum: 1 },
    ...shape.filter(({ axis }) => axis !== 'kvHeads'),
    hiddenKnob('hidden', hidden, false),
    ...(isSquare ? [{ path: 'image', axis: 'resolution' as const, value: image, step: patch, minimum: patch }] : []),
  ];
}

function planBlock(spec: VitSpec, norm: NormPlan): BlockPlan {
  const { width, heads, hidden, activation, qkvBias } = spec;
  return {
    attention: {
      ...{ heads, kvHeads: heads, headSize: width / heads, bias: qkvBias, outputBias: true },
      ...{ causal: false, relative: false },
    },
    feedForward: { hidden, activation, gated: false, bias: true },
    norm,
    residual: 'pre',
    names: VIT_BLOCK,
  };
}

class Vit {
  private readonly spec: VitSpec;
  private readonly norm: NormPlan;
  private readonly prefix: string;
  private readonly layers = new LayerWriter(new GraphBuilder());

  constructor(spec: VitSpec) {
    this.spec = spec;
    this.norm = { kind: 'layernorm', gain: true, bias: true, epsilon: spec.normEpsilon };
    this.prefix = spec.classes === undefined ? '' : 'vit.';
  }

  lower(batch: number): Graph {
    const { spec, layers, prefix } = this;
    let x = this.embed(batch);
    const plan = planBlock(spec, this.norm);
    for (let block = 0; block < spec.depth; block++) {
      const name = `layers.${block}`;
      x = addBlock(layers, x, plan, prefix + name, name);
    }
    let features = this.pool(layers.normLayer(x, `${prefix}layernorm`, 'head', this.norm));
    if (spec.pooler !== undefined) {
      layers.enter(`${prefix}pooler`, 'pooler', 'head');
      features = layers.activate(layers.linear(features, `${prefix}pooler.dense`, spec.pooler, { bias: true }), 'tanh');
    }
    if (spec.classes === undefined) return layers.graph.finish({ features });
    layers.enter('classifier', 'head', 'head');
    const logits = layers.linear(features, 'classifier', spec.classes, { role: 'head', bias: true });
    return layers.graph.finish({ logits });
  }

  /** Patches, a class token before them, and positions: [batch, tokens, width]. */
  private embed(batch: number): TensorId {
    const { spec, layers } = this;
    const { graph } = layers;
    const at = `${this.prefix}embeddings`;
    const [rows, columns] = patchesOf(spec);
    const image = graph.input('pixel_values', [batch, spec.channels, ...pair(spec.image)], 'float32');
    layers.enter(`${at}.patch_embeddings`, 'patches', 'embeddings');
    const shape = [spec.width, spec.channels, ...pair(spec.patch)];
    const fanIn = shape.slice(1).reduce((a, b) => a * b, 1);
    const filters = layers.weight(`${at}.patch_embeddings.projection.weight`, shape, 'matrix', { fanIn });
    const bias = layers.weight(`${at}.patch_embeddings.projection.bias`, [spec.width], 'bias');
    const grid = graph.add('convolution', [image, filters, bias], { strides: pair(spec.patch) });
    const flat = graph.add('reshape', [grid], { shape: [batch, spec.width, rows * columns] });
    const patches = graph.add('transpose', [flat], { permutation: [0, 2, 1] });
    layers.enter(at, 'positions', 'embeddings');
    const tokens = spec.pool === 'token' ? this.withClassToken(patches, `${at}.cls_token`) : patches;
    const places = [1, graph.shapeOf(tokens)[1], spec.width];
    return graph.add('add', [tokens, layers.weight(`${at}.position_embeddings`, places, 'position')]);
  }

  private withClassToken(patches: TensorId, name: string): TensorId {
    const { graph } = this.layers;
    const [batch, , width] = graph.shapeOf(patches);
    const token = this.layers.weight(name, [1, 1, width], 'embedding');
    const copies = graph.add('broadcast', [token], { shape: [batch, 1, width] });
    return graph.add('concat', [copies, patches], { axis: 1 });
  }

  /** One vector an image: [batch, width]. */
  private pool(x: TensorId): TensorId {
    const { graph } = this.layers;
    const [batch, , width] = graph.shapeOf(x);
    this.layers.enter(`${this.prefix}pool`, 'pooling', 'head');
    if (this.spec.pool === 'mean') return graph.add('reduce', [x], { axes: [1], reduction: 'mean' });
    const one =
      this.spec.pool === 'token' ? graph.add('slice', [x], { ends: [batch, 1, width] }) : this.attentionPool(x);
    return graph.add('reshape', [one], { shape: [batch, width] });
  }

  /** A trained query attends to all patches (`MAPHead` of big_vision; Zhai et al. 2022, section 3.2): [batch, 1, width]. */
  private attentionPool(x: TensorId): TensorId {
    const { layers, spec, norm } = this;
    const { graph } = layers;
    const [batch, , width] = graph.shapeOf(x);
    const at = `${this.prefix}pool`;
    const query = layers.weight(`${at}.query`, [1, 1, width], 'embedding');
    const probe = graph.add('broadcast', [query], { shape: [batch, 1, width] });
    const project = (y: TensorId, name: string): TensorId =>
      layers.splitHeads(layers.linear(y, `${at}.${name}`, width, { bias: true }), spec.heads);
    const mixed = graph.add('attention', [project(probe, 'q_proj'), project(x, 'k_proj'), project(x, 'v_proj')]);
    const attended = layers.linear(layers.joinHeads(mixed), `${at}.o_proj`, width, { bias: true });
    const plan = { hidden: spec.hidden, activation: spec.activation, gated: false, bias: true };
    const fed = addFeedForward(layers, layers.normalize(attended, `${at}.layernorm`, norm), plan, VIT_BLOCK, at);
    return graph.add('add', [attended, fed]);
  }
}
