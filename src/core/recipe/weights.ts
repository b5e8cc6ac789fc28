import type { Graph, Operator, Tensor, TensorId } from '../graph/types.ts';

/** Ways back from a tensor of a graph to what it was made of. */
export class Weights {
  readonly graph: Graph;
  private readonly places: ReadonlyMap<TensorId, number>;
  private readonly known = new Map<Operator, { readonly weights: TensorId[]; readonly data: TensorId[] }>();

  constructor(graph: Graph) {
    this.graph = graph;
    this.places = new Map(graph.operators.flatMap(({ outputs }, index) => outputs.map((id) => [id, index] as const)));
  }

  /** The operator that makes a tensor; undefined for inputs, parameters and constants. */
  makerOf(id: TensorId): Operator | undefined {
    return this.graph.operators[this.placeOf(id)];
  }

  /** Its place in the order of the operators; -1 where no operator makes the tensor. */
  placeOf(id: TensorId): number {
    return this.places.get(id) ?? -1;
  }

  tensor(id: TensorId): Tensor {
    return this.graph.tensors[id];
  }

  /** The parameter that a tensor is, or is a transposed, reshaped or sliced view of. */
  parameterOf(id: TensorId): TensorId | undefined {
    const { source } = this.tensor(id);
    if (source === 'parameter') return id;
    const maker = this.makerOf(id);
    return maker?.inputs.length === 1 ? this.parameterOf(maker.inputs[0]) : undefined;
  }

  /** Parameters that an operator meets. */
  of(operator: Operator): TensorId[] {
    return this.inputsOf(operator).weights;
  }

  /** Inputs of an operator that come from the data. */
  dataOf(operator: Operator): TensorId[] {
    return this.inputsOf(operator).data;
  }

  private inputsOf(operator: Operator): { readonly weights: TensorId[]; readonly data: TensorId[] } {
    const before = this.known.get(operator);
    if (before) return before;
    const weights = operator.inputs.map((id) => this.parameterOf(id));
    const data = operator.inputs.filter((id, index) => weights[index] === undefined && this.isComputed(id));
    const found = { weights: weights.filter((id) => id !== undefined), data };
    this.known.set(operator, found);
    return found;
  }

  private isComputed(id: TensorId): boolean {
    const { source } = this.tensor(id);
    return source === 'operator' || source === 'input';
  }
}
