import { macsOf } from '../graph/cost.ts';
import type { AttentionCount } from '../graph/cost.ts';
import type { Operator, OperatorKind, TensorId } from '../graph/types.ts';
import type { Device, DevicePrecision } from './devices.ts';
import { elements } from './facts.ts';
import type { GraphFacts } from './facts.ts';
import type { PrecisionRecipe } from './precision.ts';

/** What a device reaches of its peaks. Shares in (0, 1]. */
export interface Efficiency {
  readonly compute: number;
  readonly memory: number;
}

/** Of a prediction and of a training step (llm-analysis suggests 0.7 and 0.5 of compute, 0.9 of bandwidth). */
const EFFICIENCY = { prediction: { compute: 0.7, memory: 0.9 }, training: { compute: 0.5, memory: 0.9 } } as const;
const REACHED: Efficiency = { compute: 1, memory: 1 };

/** What work reaches of a device's numbers: all of what was measured, a part of what its maker prints. */
export const efficiencyOf = ({ measured }: Device, work: keyof typeof EFFICIENCY): Efficiency =>
  measured ? REACHED : EFFICIENCY[work];

/** Work of one operator or layer. */
export interface Traffic {
  readonly flops: number;
  /** Between memory and processor: weights once a batch, inputs and outputs. */
  readonly bytes: number;
}

export interface RooflineTime extends Traffic {
  /** FLOPs a byte. */
  readonly intensity: number;
  readonly seconds: number;
  readonly bound: 'compute' | 'memory';
}

const VIEWS: ReadonlySet<OperatorKind> = new Set(['reshape', 'split', 'slice', 'broadcast', 'generate', 'transpose']);
/** Computed while the result that they change is still at hand. */
const FOLDED: ReadonlySet<OperatorKind> = new Set([
  'add',
  'multiply',
  'scale',
  'activation',
  'batchNormalize',
  'unary',
  'binary',
  'select',
  'swapHalves',
]);

/** FLOPs and bytes of one forward operator. Element-wise operators are folded into their producer: they read their other operands alone. */
export function trafficOf(
  facts: GraphFacts,
  operator: Operator,
  recipe: PrecisionRecipe,
  attention: AttentionCount,
): Traffic {
  const { graph } = facts;
  const flops = 2 * macsOf(graph, operator, attention);
  if (VIEWS.has(operator.kind)) return { flops, bytes: 0 };
  const read = (id: TensorId, index: number): number => inputBytes(facts, operator, recipe, id, index);
  const bytes = operator.inputs.map(read);
  const isFolded = FOLDED.has(operator.kind);
  const written = isFolded
    ? 0
    : recipe.activations * operator.outputs.reduce((sum, id) => sum + elements(graph, id), 0);
  return { flops, bytes: bytes.slice(isFolded ? 1 : 0).reduce((sum, one) => sum + one, written) };
}

function inputBytes(
  facts: GraphFacts,
  operator: Operator,
  recipe: PrecisionRecipe,
  id: TensorId,
  index: number,
): number {
  const { graph } = facts;
  const size = elements(graph, id);
  if (operator.kind === 'gather' && index === 0) return recipe.weights * elements(graph, operator.outputs[0]);
  if (operator.kind === 'expertLinear' && index > 0) return recipe.weights * size * touchedShare(facts, operator);
  const { source } = graph.tensors[id];
  return (source === 'parameter' || source === 'buffer' ? recipe.weights : recipe.activations) * size;
}

/** Share of the experts that the rows of a batch meet, if each meets other ones. */
function touchedShare({ graph }: GraphFacts, { inputs, outputs }: Operator): number {
  const [experts] = graph.tensors[inputs[1]].shape;
  const met = elements(graph, outputs[0]) / graph.tensors[outputs[0]].shape.at(-1)!;
  return Math.min(1, met / experts);
}

/** The device's peak for a recipe: products of bfloat16, or of what stands nearest to it. */
export function peakOf({ peak }: Device, { compute }: PrecisionRecipe): number {
  const order: readonly DevicePrecision[] =
    compute === 'bf16' ? ['bf16', 'fp16', 'fp32'] : ['fp32', 'tf32', 'bf16', 'fp16'];
  const precision = order.find((candidate) => peak[candidate] !== undefined);
  if (precision === undefined) throw new Error('internal: a device without a peak');
  return peak[precision]!;
}

/** t = max(flops / (peak e_c), bytes / (bandwidth e_m)) (Williams et al. 2009). */
export function rooflineTime(
  { flops, bytes }: Traffic,
  device: Device,
  recipe: PrecisionRecipe,
  efficiency: Efficiency,
): RooflineTime {
  const compute = flops / (peakOf(device, recipe) * efficiency.compute);
  const memory = bytes / (device.bandwidth * efficiency.memory);
  return {
    flops,
    bytes,
    intensity: bytes === 0 ? 0 : flops / bytes,
    seconds: Math.max(compute, memory),
    bound: compute > memory ? 'compute' : 'memory',
  };
}
