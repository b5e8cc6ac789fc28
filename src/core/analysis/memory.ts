import { differentiate } from '../autodiff/differentiate.ts';
import { sizeOf } from '../graph/shapes.ts';
import type { Graph, Operator, TensorId } from '../graph/types.ts';
import { buildForward } from '../model/index.ts';
import type { ModelSpec } from '../model/index.ts';

/** Bytes of a training step in float32. */
export interface TrainingMemory {
  readonly weights: number;
  readonly gradients: number;
  /** AdamW's two moments. */
  readonly optimizer: number;
  /** Most bytes of computed tensors alive at one time, gradients of parameters excluded. */
  readonly activations: number;
  readonly total: number;
}

const BYTES = 4;

/** Operators that hand the same bytes on under another shape. */
const isView = (operator: Operator): boolean => operator.kind === 'reshape';

/** Peak bytes of operator outputs, each alive from its operator to its last reader, in the order of the graph. */
function peakActivations(graph: Graph, kept: ReadonlySet<TensorId>): number {
  const lastRead = new Map<TensorId, number>();
  for (const [index, operator] of graph.operators.entries()) for (const id of operator.inputs) lastRead.set(id, index);
  const releasedAt = new Map<number, TensorId[]>();
  for (const [id, index] of lastRead) releasedAt.set(index, [...(releasedAt.get(index) ?? []), id]);
  const bytes = new Map<TensorId, number>();
  let [alive, peak] = [0, 0];
  for (const [index, operator] of graph.operators.entries()) {
    for (const id of operator.outputs) {
      const size = isView(operator) || kept.has(id) || !lastRead.has(id) ? 0 : BYTES * sizeOf(graph.tensors[id].shape);
      bytes.set(id, size);
      alive += size;
    }
    peak = Math.max(peak, alive);
    for (const id of releasedAt.get(index) ?? []) alive -= bytes.get(id) ?? 0;
  }
  return peak;
}

/** Memory to train a model with AdamW at a batch (windows for gpt, rows for mlp), by liveness over its training graph. */
export function trainingMemory(spec: ModelSpec, batch: number): TrainingMemory {
  const { graph, gradients } = differentiate(buildForward(spec, batch));
  const weights = BYTES * graph.parameters.reduce((sum, { parameter }) => sum + sizeOf(parameter.shape), 0);
  const activations = peakActivations(graph, new Set(gradients.values()));
  return { weights, gradients: weights, optimizer: 2 * weights, activations, total: 4 * weights + activations };
}
