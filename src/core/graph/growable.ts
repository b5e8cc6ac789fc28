import { sizeOf } from './sizes.ts';
import type { RepeatUnit, Stage } from './repeats.ts';
import type { Graph, Operator, OperatorKind, TensorId } from './types.ts';

/** What belongs to the layer before it. */
const TRAILING: ReadonlySet<OperatorKind> = new Set(['activation', 'batchNormalize', 'normalize', 'groupNormalize']);

/**
 * Dense layers and convolutions that change the shape, with the norm and activation behind them: none can follow itself, but a copy
 * that keeps the shape can follow it. Each is a stage of its own. Without the last ones, which make the model's outputs.
 */
export function growableStages(graph: Graph): Stage[] {
  const feeding = feedingLayers(graph);
  return graph.operators.flatMap((operator): Stage[] => {
    const { layer } = operator;
    if (!isPlain(graph, operator) || !feeding.has(layer)) return [];
    const unit: RepeatUnit = { layers: withTrailing(graph, operator) };
    return [{ name: layer, units: [unit], hasEntry: false, weighted: 1 }];
  });
}

/** A product with weights of its own that mixes all channels, alone in its layer. */
function isPlain({ tensors, operators }: Graph, { kind, inputs, attributes, layer }: Operator): boolean {
  if (kind !== 'linear' && kind !== 'convolution') return false;
  const isDepthwise = attributes.filters === 'spatial-channel-multiplier' || (attributes.groups ?? 1) > 1;
  const [, weight] = inputs;
  const users = operators.filter((one) => one.inputs.includes(weight)).length;
  const siblings = operators.filter((one) => one.layer === layer && isWeighted(tensors, one)).length;
  return !isDepthwise && tensors[weight].source === 'parameter' && users === 1 && siblings === 1;
}

const isWeighted = (tensors: Graph['tensors'], { inputs }: Operator): boolean =>
  inputs.some((id) => tensors[id].source === 'parameter' && tensors[id].shape.length > 1);

/** Layers whose results reach another layer with a matrix: the others make the outputs. */
function feedingLayers({ tensors, operators }: Graph): Set<string> {
  const wanted = new Set<TensorId>();
  const feeding = new Set<string>();
  for (const operator of operators.toReversed()) {
    const reaches = operator.outputs.some((id) => wanted.has(id));
    if (reaches) feeding.add(operator.layer);
    if (reaches || isWeighted(tensors, operator)) for (const id of operator.inputs) wanted.add(id);
  }
  return feeding;
}

/** The layer, the norms and activations behind it, and layers without operators (such as dropout) between them. */
function withTrailing(graph: Graph, first: Operator): string[] {
  const names = new Set([first.layer]);
  for (let at: Operator | undefined = first; at; at = nextInChain(graph, at, names)) names.add(at.layer);
  const busy = new Set(graph.operators.map(({ layer }) => layer));
  const places = graph.layers.flatMap(({ name }, index) => (names.has(name) ? [index] : []));
  return graph.layers
    .slice(places[0], places.at(-1)! + 1)
    .map(({ name }) => name)
    .filter((name) => names.has(name) || !busy.has(name));
}

function nextInChain(
  { tensors, operators }: Graph,
  { outputs }: Operator,
  names: ReadonlySet<string>,
): Operator | undefined {
  const readers = operators.filter(({ inputs }) => inputs.includes(outputs[0]));
  const [next] = readers;
  if (readers.length !== 1 || next.inputs[0] !== outputs[0]) return undefined;
  const isSame = names.has(next.layer) && sizeOf(tensors[next.outputs[0]].shape) === sizeOf(tensors[outputs[0]].shape);
  return isSame || TRAILING.has(next.kind) ? next : undefined;
}
