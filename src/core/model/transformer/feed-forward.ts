import type { TensorId } from '../../graph/types.ts';
import type { LayerWriter } from './layers.ts';
import type { BlockNames } from './names.ts';
import type { ExpertsSpec, FeedForwardSpec } from './schema.ts';

/** Whether a block, counted from 0, has experts in place of a dense feed-forward part. */
export function hasExperts(experts: ExpertsSpec | undefined, block: number): experts is ExpertsSpec {
  if (!experts || block < experts.first || experts.denseLayers.includes(block)) return false;
  return block % experts.every === experts.phase % experts.every;
}

/** Adds a dense feed-forward part to x [..., width]; `at` is the path of the block. */
export function addFeedForward(
  layers: LayerWriter,
  x: TensorId,
  plan: FeedForwardSpec,
  names: BlockNames,
  at: string,
): TensorId {
  const { hidden, activation, gated, bias } = plan;
  const width = layers.graph.shapeOf(x).at(-1)!;
  const options = { bias, inputsFirst: names.inputsFirst };
  const up = layers.linear(x, `${at}.${names.up}`, hidden, options);
  const active = gated
    ? layers.graph.add('multiply', [
        layers.activate(layers.linear(x, `${at}.${names.gate}`, hidden, options), activation),
        up,
      ])
    : layers.activate(up, activation);
  return layers.linear(active, `${at}.${names.down}`, width, { ...options, residual: true });
}

/** Adds a mixture of experts (Shazeer et al. 2017; shared experts after Dai et al. 2024) to x [batch, tokens, width]. */
export function addExperts(
  layers: LayerWriter,
  x: TensorId,
  experts: ExpertsSpec,
  plan: FeedForwardSpec,
  names: BlockNames,
  at: string,
  block: string,
): TensorId {
  const { graph } = layers;
  const module = `${at}.${names.feedForward}`;
  const shape = graph.shapeOf(x);
  const [width, rows] = [shape.at(-1)!, shape.slice(0, -1).reduce((a, b) => a * b, 1)];
  // Flat rows: a stack of experts tells tokens from routed copies of tokens by the rank.
  const flat = graph.add('reshape', [x], { shape: [rows, width] });
  const weights = route(layers.enter(`${module}.gate`, 'router', block), flat, experts, `${module}.gate`);
  layers.enter(`${module}.experts`, 'experts', block);
  const routed = routedExperts(layers, flat, experts, plan, `${module}.experts.*`);
  const weighed = graph.add('multiply', [routed, weights]);
  const summed = graph.add('reduce', [weighed], { axes: [1], reduction: 'sum' });
  const mixed = graph.add('reshape', [summed], { shape });
  return experts.shared === 0 ? mixed : addShared(layers, [x, mixed], experts, plan, names, module, block);
}

/** Weights of the chosen experts [rows, active, 1]. */
function route(layers: LayerWriter, x: TensorId, experts: ExpertsSpec, name: string): TensorId {
  const { graph } = layers;
  const rows = graph.shapeOf(x)[0];
  const scores = layers.linear(x, name, experts.routed);
  const balanced = experts.routerBias
    ? graph.add('add', [
        layers.activate(scores, 'sigmoid'),
        graph.buffer(`${name}.e_score_correction_bias`, [experts.routed], 0),
      ])
    : graph.add('softmax', [scores]);
  const chosen = graph.add('slice', [balanced], { ends: [rows, experts.active], function: 'top-k' });
  return graph.add('reshape', [chosen], { shape: [rows, experts.active, 1] });
}

/** The chosen experts of each row: [rows, active, width]. All experts stand in one stack [experts, inputs, outputs]. */
function routedExperts(
  layers: LayerWriter,
  x: TensorId,
  { routed, active, hidden }: ExpertsSpec,
  { activation, gated }: FeedForwardSpec,
  name: string,
): TensorId {
  const { graph } = layers;
  const stack = (y: TensorId, path: string, outputs: number, residual = false): TensorId => {
    const fanIn = graph.shapeOf(y).at(-1)!;
    const options = { fanIn, residual, activeExperts: active };
    const weights = layers.weight(`${name}.${path}.weight`, [routed, fanIn, outputs], 'matrix', options);
    return graph.add('expertLinear', [y, weights], { active });
  };
  const width = graph.shapeOf(x).at(-1)!;
  const up = stack(x, 'up_proj', hidden);
  const inner = gated
    ? graph.add('multiply', [layers.activate(stack(x, 'gate_proj', hidden), activation), up])
    : layers.activate(up, activation);
  return stack(inner, 'down_proj', width, true);
}

/** Adds the expert that every token meets to the mixed output of the others. */
function addShared(
  layers: LayerWriter,
  [x, mixed]: readonly TensorId[],
  experts: ExpertsSpec,
  plan: FeedForwardSpec,
  names: BlockNames,
  module: string,
  block: string,
): TensorId {
  const { graph } = layers;
  const name = `${module}.${experts.sharedGate ? 'shared_expert' : 'shared_experts'}`;
  layers.enter(name, 'shared expert', block);
  const inner = { ...names, up: 'up_proj', gate: 'gate_proj', down: 'down_proj' };
  const fed = addFeedForward(layers, x, { ...plan, hidden: experts.shared }, inner, name);
  if (!experts.sharedGate) return graph.add('add', [mixed, fed]);
  const gate = layers.activate(layers.linear(x, `${module}.shared_expert_gate`, 1), 'sigmoid');
  return graph.add('add', [mixed, graph.add('multiply', [fed, gate])]);
}
