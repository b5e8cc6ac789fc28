import type { Parameter } from './parameter.ts';
import { outputShapes, sizeOf } from './shapes.ts';
import type { Attributes, DataType, Graph, Operator, OperatorKind, Tensor, TensorId, TensorSource } from './types.ts';

/** Collects tensors and operators into a graph; shapes are inferred and checked as operators are added. */
export class GraphBuilder {
  private readonly tensors: Tensor[] = [];
  private readonly operators: Operator[] = [];
  private readonly inputs: TensorId[] = [];
  private readonly parameters: { tensor: TensorId; parameter: Parameter }[] = [];
  private layer = '';
  private pass: Operator['pass'] = 'forward';

  /** A builder that goes on from a finished graph: autodiff adds the backward pass to a forward graph. */
  static from(graph: Graph, pass: Operator['pass']): GraphBuilder {
    const builder = new GraphBuilder();
    builder.tensors.push(...graph.tensors);
    builder.operators.push(...graph.operators);
    builder.inputs.push(...graph.inputs);
    builder.parameters.push(...graph.parameters);
    builder.pass = pass;
    return builder;
  }

  /** Names the layer of the operators that follow. */
  at(layer: string): this {
    this.layer = layer;
    return this;
  }

  shapeOf(id: TensorId): readonly number[] {
    return this.tensors[id].shape;
  }

  input(name: string, shape: readonly number[], dtype: DataType): TensorId {
    const id = this.tensor(name, shape, dtype, 'input');
    this.inputs.push(id);
    return id;
  }

  parameter(parameter: Parameter): TensorId {
    const id = this.tensor(parameter.name, parameter.shape, 'float32', 'parameter');
    this.parameters.push({ tensor: id, parameter });
    return id;
  }

  constant(name: string, shape: readonly number[], values: Float32Array): TensorId {
    if (values.length !== sizeOf(shape)) throw new Error(`internal: constant ${name} does not fill [${shape}]`);
    return this.tensor(name, shape, 'float32', 'constant', values);
  }

  /** Adds an operator and gives its outputs. */
  addAll(kind: OperatorKind, inputs: readonly TensorId[], attributes: Attributes = {}): TensorId[] {
    const shapes = outputShapes(
      kind,
      inputs.map((id) => this.tensors[id].shape),
      attributes,
    );
    const outputs = shapes.map((shape) => this.tensor(`${kind}${this.tensors.length}`, shape, 'float32', 'operator'));
    this.operators.push({ kind, inputs, outputs, attributes, layer: this.layer, pass: this.pass });
    return outputs;
  }

  /** Adds an operator and gives its first output. */
  add(kind: OperatorKind, inputs: readonly TensorId[], attributes: Attributes = {}): TensorId {
    return this.addAll(kind, inputs, attributes)[0];
  }

  finish(outputs: Readonly<Record<string, TensorId>>): Graph {
    return {
      tensors: this.tensors,
      operators: this.operators,
      inputs: this.inputs,
      parameters: this.parameters,
      outputs,
    };
  }

  private tensor(
    name: string,
    shape: readonly number[],
    dtype: DataType,
    source: TensorSource,
    values?: Float32Array,
  ): TensorId {
    const id = this.tensors.length;
    this.tensors.push({ id, name, shape: [...shape], dtype, source, ...(values ? { values } : {}) });
    return id;
  }
}
