import type { Attributes, TensorId } from '../../graph/types.ts';
import type { LayerWriter, NormPlan, RotaryPlan } from './layers.ts';
import type { BlockNames } from './names.ts';
import type { LatentSpec } from './schema.ts';

/** Attention of one block. Each group of query heads shares one head of keys and values (Ainslie et al. 2023). */
export interface AttentionPlan {
  readonly heads: number;
  readonly kvHeads: number;
  readonly headSize: number;
  /** Of queries, keys and values. */
  readonly bias: boolean;
  readonly outputBias: boolean;
  readonly causal: boolean;
  readonly rotary?: RotaryPlan;
  readonly relative: boolean;
  /** Scores sink with distance (Press et al. 2022). */
  readonly alibi?: boolean;
  /** Factor of the scores; 1 / sqrt(head size) where left out. */
  readonly scale?: number;
  /** Scores stay within it (Gemma 2). */
  readonly softcap?: number;
  readonly slidingWindow?: number;
  /** Queries and keys are normalised head by head with it. */
  readonly headNorm?: NormPlan;
  readonly latent?: LatentSpec;
}

/** Adds the attention of a block to x [batch, tokens, width]; `at` is the path of the block. */
export function addAttention(
  layers: LayerWriter,
  x: TensorId,
  plan: AttentionPlan,
  names: BlockNames,
  at: string,
): TensorId {
  const width = layers.graph.shapeOf(x).at(-1)!;
  const mixed = plan.latent
    ? latentAttention(layers, x, plan, plan.latent, `${at}.${names.attention}`)
    : plainAttention(layers, x, plan, names, at);
  return layers.linear(layers.joinHeads(mixed), `${at}.${names.output}`, width, {
    bias: plan.outputBias,
    residual: true,
    inputsFirst: names.inputsFirst,
  });
}

const scoring = ({ causal, slidingWindow, alibi, scale, softcap }: AttentionPlan): Attributes => ({
  ...(causal ? { causal } : {}),
  ...(alibi ? { alibi } : {}),
  ...(scale === undefined ? {} : { alpha: scale }),
  ...(softcap === undefined ? {} : { softcap }),
  ...(slidingWindow === undefined ? {} : { slidingWindow }),
});

function plainAttention(
  layers: LayerWriter,
  x: TensorId,
  plan: AttentionPlan,
  names: BlockNames,
  at: string,
): TensorId {
  const { heads, kvHeads, rotary } = plan;
  const [q, k, v] = project(layers, x, plan, names, at);
  const normed = (y: TensorId, count: number, name: string): TensorId => {
    if (!plan.headNorm) return layers.splitHeads(y, count);
    const norm = layers.normalize(layers.byHead(y, count), `${at}.${names.attention}.${name}`, plan.headNorm);
    return layers.graph.add('transpose', [norm], { permutation: [0, 2, 1, 3] });
  };
  const [query, key] = [normed(q, heads, 'q_norm'), normed(k, kvHeads, 'k_norm')];
  const value = layers.splitHeads(v, kvHeads);
  if (plan.relative)
    return relativeAttention(
      layers,
      [query, key, value],
      plan,
      layers.graph.shapeOf(x).at(-1)!,
      `${at}.${names.attention}`,
    );
  const turned = rotary ? [layers.rotate(query, rotary), layers.rotate(key, rotary)] : [query, key];
  return layers.graph.add('attention', [...turned, value], scoring(plan));
}

/** Queries, keys and values [batch, tokens, heads * size], by three matrices or one. */
function project(layers: LayerWriter, x: TensorId, plan: AttentionPlan, names: BlockNames, at: string): TensorId[] {
  const sizes = [plan.heads, plan.kvHeads, plan.kvHeads].map((count) => count * plan.headSize);
  const options = { bias: plan.bias, inputsFirst: names.inputsFirst };
  if (names.fused === undefined) {
    const paths = [names.query, names.key, names.value];
    return paths.map((path, index) => layers.linear(x, `${at}.${path}`, sizes[index], options));
  }
  const all = layers.linear(x, `${at}.${names.fused}`, sizes[0] + sizes[1] + sizes[2], options);
  if (!names.fusedByHead || plan.kvHeads !== plan.heads)
    return layers.graph.addAll('split', [all], { axis: -1, sizes });
  const one = Array.from({ length: 3 }, () => plan.headSize);
  const [batch, tokens] = layers.graph.shapeOf(x);
  const parts = layers.graph.addAll('split', [layers.byHead(all, plan.heads)], { axis: -1, sizes: one });
  return parts.map((part) => layers.graph.add('reshape', [part], { shape: [batch, tokens, sizes[0]] }));
}

/** Transformer-XL (Dai et al. 2019, section 3.3): scores also come from encoded distances by a key matrix of their own. */
function relativeAttention(
  layers: LayerWriter,
  [query, key, value]: readonly TensorId[],
  plan: AttentionPlan,
  width: number,
  at: string,
): TensorId {
  const { graph } = layers;
  const [, heads, tokens, size] = graph.shapeOf(query);
  const distances = graph.add('generate', [], { shape: [1, tokens, width], function: 'distances' });
  const positions = layers.splitHeads(layers.linear(distances, `${at}.r_proj`, heads * size), heads);
  const biased = (name: string): TensorId =>
    graph.add('add', [query, layers.weight(`${at}.${name}`, [heads, 1, size], 'bias')]);
  const content = biased('content_bias');
  const byPosition = graph.add('matmul', [biased('position_bias'), positions], { transposeB: true });
  return graph.add('attention', [content, key, value, byPosition], { ...scoring(plan), byDistance: true });
}

/** Keys and values come from one small vector a token, which is all that is cached (DeepSeek-V2, section 2.1). */
function latentAttention(
  layers: LayerWriter,
  x: TensorId,
  plan: AttentionPlan,
  latent: LatentSpec,
  at: string,
): TensorId {
  const { graph } = layers;
  const { heads } = plan;
  const turn = (y: TensorId): TensorId => (plan.rotary ? layers.rotate(y, plan.rotary) : y);
  const { keyValueRank, plainSize, rotarySize, valueSize } = latent;
  const queries = layers.splitHeads(latentQueries(layers, x, plan, latent, at), heads);
  const [plainQuery, rotaryQuery] = graph.addAll('split', [queries], { axis: -1, sizes: [plainSize, rotarySize] });
  const query = graph.add('concat', [plainQuery, turn(rotaryQuery)], { axis: -1 });
  const both = layers.linear(x, `${at}.kv_a_proj_with_mqa`, keyValueRank + rotarySize, { bias: plan.bias });
  const [compressed, shared] = graph.addAll('split', [both], { axis: -1, sizes: [keyValueRank, rotarySize] });
  const normed = layers.normalize(compressed, `${at}.kv_a_layernorm`, LATENT_NORM);
  const expanded = layers.linear(normed, `${at}.kv_b_proj`, heads * (plainSize + valueSize));
  const [plainKey, value] = graph.addAll('split', [layers.splitHeads(expanded, heads)], {
    axis: -1,
    sizes: [plainSize, valueSize],
  });
  const [batch, , tokens] = graph.shapeOf(plainKey);
  const rotaryKey = graph.add('broadcast', [turn(layers.splitHeads(shared, 1))], {
    shape: [batch, heads, tokens, rotarySize],
  });
  const key = graph.add('concat', [plainKey, rotaryKey], { axis: -1 });
  return graph.add('attention', [query, key, value], { ...scoring(plan), cachePerToken: keyValueRank + rotarySize });
}

const LATENT_NORM: NormPlan = { kind: 'rmsnorm', gain: true, bias: false, epsilon: 1e-6 };

function latentQueries(
  layers: LayerWriter,
  x: TensorId,
  { heads, bias }: AttentionPlan,
  { queryRank, plainSize, rotarySize }: LatentSpec,
  at: string,
): TensorId {
  const size = heads * (plainSize + rotarySize);
  if (queryRank === undefined) return layers.linear(x, `${at}.q_proj`, size);
  const compressed = layers.linear(x, `${at}.q_a_proj`, queryRank, { bias });
  return layers.linear(layers.normalize(compressed, `${at}.q_a_layernorm`, LATENT_NORM), `${at}.q_b_proj`, size);
}
