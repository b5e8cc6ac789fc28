import type { TensorId } from '../../graph/types.ts';
import { addAttention } from './attention.ts';
import type { AttentionPlan } from './attention.ts';
import { addExperts, addFeedForward } from './feed-forward.ts';
import type { LayerWriter, NormPlan } from './layers.ts';
import type { BlockNames } from './names.ts';
import type { ExpertsSpec, FeedForwardSpec } from './schema.ts';

/** One block as data: what attends, what feeds forward, and how norms and sums join them. */
export interface BlockPlan {
  readonly attention: AttentionPlan;
  readonly feedForward: FeedForwardSpec;
  readonly experts?: ExpertsSpec;
  readonly norm: NormPlan;
  readonly residual: 'pre' | 'post' | 'parallel' | 'sandwich';
  readonly names: BlockNames;
}

/** Adds a block to x [batch, tokens, width]. `at` is its path among the weights, `block` its name among the layers. */
export function addBlock(layers: LayerWriter, x: TensorId, plan: BlockPlan, at: string, block: string): TensorId {
  const { graph } = layers;
  const { norm, residual, names } = plan;
  const normed = (y: TensorId, name: string): TensorId => layers.normLayer(y, `${at}.${name}`, block, norm);
  const before = (y: TensorId, name: string): TensorId => (residual === 'post' ? y : normed(y, name));
  const after = (y: TensorId, name: string): TensorId => (residual === 'sandwich' ? normed(y, name) : y);
  const sum = (a: TensorId, b: TensorId, name: string): TensorId => {
    const total = graph.add('add', [a, b]);
    return residual === 'post' ? normed(total, name) : total;
  };
  const attend = (y: TensorId): TensorId => {
    const input = before(y, names.beforeAttention);
    layers.enter(`${at}.${names.attention}`, 'attention', block);
    return after(addAttention(layers, input, plan.attention, names, at), names.afterAttention);
  };
  const feed = (y: TensorId): TensorId => {
    const input = before(y, names.beforeFeedForward);
    return after(feedForward(layers, input, plan, at, block), names.afterFeedForward);
  };
  const attended = sum(x, attend(x), names.afterAttention);
  return sum(attended, feed(residual === 'parallel' ? x : attended), names.afterFeedForward);
}

function feedForward(layers: LayerWriter, x: TensorId, plan: BlockPlan, at: string, block: string): TensorId {
  const { names, experts } = plan;
  if (experts) return addExperts(layers, x, experts, plan.feedForward, names, at, block);
  layers.enter(`${at}.${names.feedForward}`, 'feed-forward', block);
  return addFeedForward(layers, x, plan.feedForward, names, at);
}
