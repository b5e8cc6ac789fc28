import type { Parameter } from '../graph/parameter.ts';
import { sizeOf } from '../graph/shapes.ts';
import type { Graph, Operator, TensorId } from '../graph/types.ts';

/** What every count of a graph looks up, found in one walk. */
export interface GraphFacts {
  readonly graph: Graph;
  /** Forward operators that a prediction runs: without the loss and what is computed from it. */
  readonly operators: readonly Operator[];
  readonly parameterOf: ReadonlyMap<TensorId, Parameter>;
  readonly producerOf: ReadonlyMap<TensorId, Operator>;
  /** Tensors that depend on a trained parameter, and these parameters: only they carry a gradient. */
  readonly needsGradient: ReadonlySet<TensorId>;
  /** What the model gives: its named outputs, or what enters the loss. */
  readonly results: readonly TensorId[];
}

export function factsOf(graph: Graph): GraphFacts {
  const operators = predictionOf(graph);
  return {
    graph,
    operators,
    parameterOf: new Map(graph.parameters.map(({ tensor, parameter }) => [tensor, parameter])),
    producerOf: new Map(operators.flatMap((operator) => operator.outputs.map((id) => [id, operator] as const))),
    needsGradient: gradientCarriers(graph, operators),
    results: resultsOf(graph),
  };
}

export const elements = (graph: Graph, id: TensorId): number => sizeOf(graph.tensors[id].shape);

function predictionOf({ operators }: Graph): Operator[] {
  const ofLoss = new Set<TensorId>();
  return operators.filter((operator) => {
    const isLoss = operator.kind === 'loss' || operator.inputs.some((id) => ofLoss.has(id));
    if (isLoss) for (const id of operator.outputs) ofLoss.add(id);
    return operator.pass === 'forward' && !isLoss;
  });
}

function gradientCarriers({ parameters }: Graph, operators: readonly Operator[]): Set<TensorId> {
  const carriers = new Set(parameters.filter(({ parameter }) => !parameter.frozen).map(({ tensor }) => tensor));
  for (const { inputs, outputs } of operators) {
    if (inputs.some((id) => carriers.has(id))) for (const id of outputs) carriers.add(id);
  }
  return carriers;
}

function resultsOf({ operators, outputs }: Graph): TensorId[] {
  const losses = operators.filter(({ kind }) => kind === 'loss').map(({ inputs }) => inputs[0]);
  return losses.length > 0 ? losses : [...new Set(Object.values(outputs))];
}
