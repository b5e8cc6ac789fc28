import type { Graph, OperatorKind } from '../graph/types.ts';
import { outputWeights } from './output-weights.ts';
import { Weights } from './weights.ts';

/** What may stand between the model's inputs and the first product without hiding it. */
const PLAIN: ReadonlySet<OperatorKind> = new Set(['reshape', 'transpose', 'pad', 'slice', 'scale', 'resize', 'split']);

/** Names of the matrices that meet the model's inputs or make its outputs. */
export function outerWeights(graph: Graph): Set<string> {
  const weights = new Weights(graph);
  const outer = outputWeights(graph);
  const inputs = new Set(graph.inputs);
  for (const operator of graph.operators) {
    const data = weights.dataOf(operator);
    if (!data.some((id) => inputs.has(id))) continue;
    if (PLAIN.has(operator.kind)) for (const id of operator.outputs) inputs.add(id);
    else for (const id of weights.of(operator)) outer.add(id);
  }
  return new Set(graph.parameters.filter(({ tensor }) => outer.has(tensor)).map(({ parameter }) => parameter.name));
}
