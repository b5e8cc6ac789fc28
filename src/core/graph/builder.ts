import type { Mask } from './mask.ts';
import type { Parameter } from './parameter.ts';
import { IsoflopError } from '../terms/errors.ts';
import { MOST_OPERATORS, checkShape, checkedOutputs } from './guard.ts';
import { ShapeError, sizeOf } from './shapes.ts';
import type {
  Attributes,
  Buffer,
  DataType,
  Graph,
  Layer,
  Operator,
  OperatorKind,
  Tensor,
  TensorId,
  TensorSource,
} from './types.ts';

/** Collects tensors and operators into a graph; shapes are inferred and checked as operators are added. */
export class GraphBuilder {
  private readonly tensors: Tensor[] = [];
  private readonly operators: Operator[] = [];
  private readonly inputs: TensorId[] = [];
  private readonly parameters: { tensor: TensorId; parameter: Parameter }[] = [];
  private readonly buffers: Buffer[] = [];
  private readonly masks: { tensor: TensorId; mask: Mask }[] = [];
  private readonly layers = new Map<string, Layer>();
  private layer = '';
  private pass: Operator['pass'] = 'forward';

  /** A builder that goes on from a finished graph: autodiff adds the backward pass to a forward graph. */
  static from(graph: Graph, pass: Operator['pass']): GraphBuilder {
    const builder = new GraphBuilder();
    builder.tensors.push(...graph.tensors);
    builder.operators.push(...graph.operators);
    builder.inputs.push(...graph.inputs);
    builder.parameters.push(...graph.parameters);
    builder.buffers.push(...graph.buffers);
    builder.masks.push(...(graph.masks ?? []));
    for (const layer of graph.layers) builder.layers.set(layer.name, layer);
    builder.pass = pass;
    return builder;
  }

  /** Names the layer of the operators that follow; its type and block are taken from the first time that it is named. */
  at(name: string, type = '', block = name.slice(0, Math.max(0, name.lastIndexOf('.')))): this {
    if (!this.layers.has(name)) this.layers.set(name, { name, type, block });
    this.layer = name;
    return this;
  }

  shapeOf(id: TensorId): readonly number[] {
    return this.tensors[id].shape;
  }

  /** The numbers of a constant. */
  valuesOf(id: TensorId): Float32Array | undefined {
    return this.tensors[id].values;
  }

  /** Random factors of a training step. */
  mask(mask: Mask): TensorId {
    const id = this.tensor(mask.name, mask.shape, 'float32', 'input');
    this.masks.push({ tensor: id, mask });
    return id;
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

  /** Values that are kept with the weights of the present layer but not trained. */
  buffer(name: string, shape: readonly number[], initial?: number): TensorId {
    const id = this.tensor(name, shape, 'float32', 'buffer');
    this.buffers.push({ tensor: id, layer: this.layer, ...(initial === undefined ? {} : { initial }) });
    return id;
  }

  constant(name: string, shape: readonly number[], values: Float32Array): TensorId {
    if (values.length !== sizeOf(shape)) throw new Error(`internal: constant ${name} does not fill [${shape}]`);
    return this.tensor(name, shape, 'float32', 'constant', values);
  }

  /** Adds an operator and gives its outputs. */
  addAll(kind: OperatorKind, inputs: readonly TensorId[], attributes: Attributes = {}): TensorId[] {
    const shapes = this.shapesOf(kind, inputs, attributes);
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
      layers: [...this.layers.values()],
      tensors: this.tensors,
      operators: this.operators,
      inputs: this.inputs,
      parameters: this.parameters,
      buffers: this.buffers,
      ...(this.masks.length > 0 ? { masks: this.masks } : {}),
      outputs,
    };
  }

  private shapesOf(kind: OperatorKind, inputs: readonly TensorId[], attributes: Attributes): number[][] {
    const shapes = inputs.map((id) => this.tensors[id].shape);
    return this.guarded(() => {
      if (this.operators.length >= MOST_OPERATORS)
        throw new ShapeError(`the model has more than ${MOST_OPERATORS} operators`);
      return checkedOutputs(kind, shapes, attributes);
    });
  }

  /** Says the layer where shapes do not fit: in an imported model that is the user's to mend. */
  private guarded<Result>(run: () => Result): Result {
    try {
      return run();
    } catch (error) {
      if (!(error instanceof ShapeError)) throw error;
      throw new IsoflopError('invalid-input', error.message, { path: `layer '${this.layer}'`, cause: error });
    }
  }

  private tensor(
    name: string,
    shape: readonly number[],
    dtype: DataType,
    source: TensorSource,
    values?: Float32Array,
  ): TensorId {
    this.guarded(() => checkShape(name, shape));
    const id = this.tensors.length;
    this.tensors.push({ id, name, shape: [...shape], dtype, source, ...(values ? { values } : {}) });
    return id;
  }
}
