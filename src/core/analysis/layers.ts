import type { AttentionCount } from '../graph/cost.ts';
import { sizeOf } from '../graph/shapes.ts';
import type { Operator } from '../graph/types.ts';
import { operationsBy } from './conventions.ts';
import type { Convention } from './conventions.ts';
import type { Device } from './devices.ts';
import { operatorSeconds } from './latency/calibration.ts';
import { elements } from './facts.ts';
import type { GraphFacts } from './facts.ts';
import { accumulate, attentionScores, itemsOf, productMacs } from './items.ts';
import type { Item, Items } from './items.ts';
import type { KeptActivations } from './memory.ts';
import type { PrecisionRecipe } from './precision.ts';
import { efficiencyOf, rooflineTime, trafficOf } from './roofline.ts';
import { trainingMacsOf } from './training.ts';

/** One line of the layer table; counts are of the whole batch. */
export interface LayerCost {
  readonly name: string;
  readonly type: string;
  readonly block: string;
  /** Shape of its last output, the batch first; empty where the layer has no operator. */
  readonly output: readonly number[];
  readonly parameters: number;
  readonly buffers: number;
  readonly macs: number;
  readonly trainingMacs: number;
  /** Operations as the chosen convention counts them. */
  readonly operations: number;
  readonly items: Items;
  /** Outputs that the chosen convention adds up as activations, in elements. */
  readonly activations: number;
  /** Bytes kept until the backward pass. */
  readonly activationBytes: number;
  /** Of a prediction on the chosen device: calibrated, or its roofline. */
  readonly time?: LayerTime;
}

export interface LayerTime {
  readonly seconds: number;
  /** FLOPs a byte. */
  readonly intensity: number;
  readonly bytes: number;
  readonly bound: 'compute' | 'memory';
}

export interface CostOptions {
  readonly attention: AttentionCount;
  readonly convention: Convention;
  readonly recipe: PrecisionRecipe;
  readonly kept: KeptActivations;
  readonly device?: Device;
}

interface Sum {
  parameters: number;
  buffers: number;
  macs: number;
  trainingMacs: number;
  items: Partial<Record<Item, number>>;
  activations: number;
  output: readonly number[];
  seconds: number;
  computeSeconds: number;
  flops: number;
  bytes: number;
}

const nothing = (): Sum => ({
  ...{ parameters: 0, buffers: 0, macs: 0, trainingMacs: 0, items: {}, activations: 0, output: [] },
  ...{ seconds: 0, computeSeconds: 0, flops: 0, bytes: 0 },
});

/** What every layer costs, in the order of the forward pass. One walk over the operators. */
export function layerCosts(facts: GraphFacts, options: CostOptions): LayerCost[] {
  const { graph, operators } = facts;
  const sums = new Map<string, Sum>(graph.layers.map(({ name }) => [name, nothing()]));
  const at = (layer: string): Sum => sums.get(layer) ?? sums.set(layer, nothing()).get(layer)!;
  for (const { parameter } of graph.parameters) at(parameter.layer).parameters += sizeOf(parameter.shape);
  for (const { tensor, layer } of graph.buffers) at(layer).buffers += elements(graph, tensor);
  for (const operator of operators) {
    const sum = at(operator.layer);
    const items = itemsOf(facts, operator, options.attention);
    accumulate(sum.items, items);
    sum.macs += productMacs(items);
    sum.trainingMacs += trainingMacsOf(facts, operator, options.attention);
    sum.output = graph.tensors[operator.outputs[0]].shape;
    sum.activations += activationsOf(facts, operator, options);
    addTime(sum, facts, operator, options);
  }
  const layers = new Map(graph.layers.map((layer) => [layer.name, layer]));
  return [...sums].map(([name, sum]) => ({
    ...(layers.get(name) ?? { name, type: '', block: '' }),
    ...{ output: sum.output, parameters: sum.parameters, buffers: sum.buffers, macs: sum.macs },
    ...{ trainingMacs: sum.trainingMacs, items: sum.items, activations: sum.activations },
    operations: operationsBy(options.convention, sum.items),
    activationBytes: options.kept.byLayer.get(name) ?? 0,
    ...(options.device && { time: timeOf(sum) }),
  }));
}

/** Elements that a convention adds up as activations: what an operator gives, and the probabilities of attention. */
export function activationsOf(
  facts: GraphFacts,
  operator: Operator,
  { convention, attention }: Pick<CostOptions, 'convention' | 'attention'>,
): number {
  if (!convention.activations.includes(operator.kind)) return 0;
  const probabilities = operator.kind === 'attention' ? attentionScores(facts, operator, attention) : 0;
  return probabilities + elements(facts.graph, operator.outputs[0]);
}

function addTime(sum: Sum, facts: GraphFacts, operator: GraphFacts['operators'][number], options: CostOptions): void {
  if (!options.device) return;
  const traffic = trafficOf(facts, operator, options.recipe, options.attention);
  const time = rooflineTime(traffic, options.device, options.recipe, efficiencyOf(options.device, 'prediction'));
  const { latency } = options.device;
  const seconds = latency ? operatorSeconds(facts, operator, latency) : time.seconds;
  sum.seconds += seconds;
  if (time.bound === 'compute') sum.computeSeconds += seconds;
  sum.flops += time.flops;
  sum.bytes += time.bytes;
}

const timeOf = ({ seconds, computeSeconds, flops, bytes }: Sum): LayerTime => ({
  seconds,
  bytes,
  intensity: bytes === 0 ? 0 : flops / bytes,
  bound: computeSeconds > seconds / 2 ? 'compute' : 'memory',
});
