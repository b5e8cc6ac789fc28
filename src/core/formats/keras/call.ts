import type { GraphBuilder } from '../../graph/builder.ts';
import type { ParameterRole } from '../../graph/parameter.ts';
import { sizeOf } from '../../graph/sizes.ts';
import type { Attributes, OperatorKind, TensorId } from '../../graph/types.ts';
import type { IsoflopError } from '../../terms/errors.ts';
import type { JsonCursor } from '../json/cursor.ts';
import { LARGEST_EXTENT, MOST_ELEMENTS } from '../limits.ts';
import { refusal } from '../refusal.ts';
import { TensorArgument, tensorsOf } from './argument.ts';
import type { Argument } from './argument.ts';
import type { AttributeSetters, Bindings, Setter } from './bindings.ts';

/** How a weight's axis follows from the configuration: the key that holds its extent, or a function that sets it. */
export type AxisSource = string | Setter;

export interface WeightOptions {
  readonly role?: ParameterRole;
  /** Defaults to the product of all axes but the last. */
  readonly fanIn?: number;
  /** Which axes the layer's configuration decides; the others follow from its inputs. */
  readonly axes?: Readonly<Record<number, AxisSource>>;
  readonly frozen?: boolean;
}

/** What the calls of one lowering share. */
export interface Surroundings {
  readonly builder: GraphBuilder;
  readonly bindings: Bindings;
  /** Weights by name: a layer that is called again finds its own. */
  readonly weights: Map<string, TensorId>;
  /** Runs a layer or model that stands inside of another one, such as in a wrapper. */
  readonly run: (layer: JsonCursor, call: Call, path: string, args: readonly Argument[]) => TensorId[];
}

/** The layer that is called. */
export interface LayerOfCall {
  readonly className: string;
  readonly config: JsonCursor;
  /** Unique: `encoder/conv1`; weights begin with it. */
  readonly path: string;
  /** The layer of the graph that owns the weights; differs from the path inside of wrappers. */
  readonly owner: string;
  readonly isFrozen: boolean;
  /** Models and wrappers around the layer. */
  readonly depth: number;
}

/** One call of one layer: its configuration, its arguments, and the operators and weights that it adds to the graph. */
export class Call {
  readonly around: Surroundings;
  readonly className: string;
  readonly config: JsonCursor;
  readonly path: string;
  readonly owner: string;
  readonly args: readonly Argument[];
  readonly named: Readonly<Record<string, Argument>>;
  readonly isFrozen: boolean;
  readonly depth: number;

  constructor(
    around: Surroundings,
    layer: LayerOfCall,
    args: readonly Argument[],
    named: Readonly<Record<string, Argument>> = {},
  ) {
    this.around = around;
    this.className = layer.className;
    this.config = layer.config;
    this.path = layer.path;
    this.owner = layer.owner;
    this.isFrozen = layer.isFrozen;
    this.depth = layer.depth;
    this.args = args;
    this.named = named;
  }

  /** The first tensor of the first argument. */
  get x(): TensorId {
    return this.tensor(0, 'inputs');
  }

  /** Shape of the first tensor. */
  get shape(): readonly number[] {
    return this.shapeOf(this.x);
  }

  /** All tensors of the first argument. */
  get inputs(): TensorId[] {
    return tensorsOf(this.args[0] ?? this.named.inputs ?? this.named.sequences);
  }

  shapeOf(id: TensorId): readonly number[] {
    return this.around.builder.shapeOf(id);
  }

  argument(index: number, name: string): Argument | undefined {
    return this.args[index] ?? this.named[name];
  }

  /** The tensor of an argument that must be one. */
  tensor(index: number, name: string): TensorId {
    const [found] = tensorsOf(this.argument(index, name));
    if (found !== undefined) return found;
    throw this.refusal(`the argument '${name}' of ${this.className} is no tensor`);
  }

  /** The first tensor, which must have so many axes. */
  withRank(rank: number): readonly number[] {
    if (this.shape.length !== rank)
      throw this.refusal(`${this.className} wants ${rank} axes with the batch, got [${this.shape}]`);
    return this.shape;
  }

  /** Where an axis stands when counted from the start. */
  axis(value: number, rank = this.shape.length): number {
    const at = value < 0 ? value + rank : value;
    if (at < 0 || at >= rank) throw this.refusal(`axis ${value} of ${this.className} is none of [${this.shape}]`);
    return at;
  }

  flag(key: string, otherwise: boolean): boolean {
    return this.config.find(key)?.boolean() ?? otherwise;
  }

  /** A count that must be there. */
  count(key: string, min = 1): number {
    return this.config.get(key).integer({ min, max: LARGEST_EXTENT });
  }

  /** A whole number a spatial axis; one number stands for all. */
  counts(key: string, axes: number, otherwise?: number, min = 1): number[] {
    const found = this.config.find(key);
    if (found === undefined && otherwise !== undefined) return Array<number>(axes).fill(otherwise);
    const cursor = found ?? this.config.get(key);
    const bounds = { min, max: LARGEST_EXTENT };
    const values = cursor.isArray ? cursor.integers(bounds) : Array<number>(axes).fill(cursor.integer(bounds));
    if (values.length !== axes) throw cursor.unlike(`${axes} numbers`);
    return values;
  }

  /** Adds an operator; `setters` say how its attributes that hold sizes follow from the configuration. */
  add(
    kind: OperatorKind,
    inputs: readonly TensorId[],
    attributes: Attributes = {},
    setters?: AttributeSetters,
  ): TensorId {
    const id = this.around.builder.add(kind, inputs, attributes);
    if (setters) this.around.bindings.operators.set(id, setters);
    return this.checked(id);
  }

  addAll(kind: OperatorKind, inputs: readonly TensorId[], attributes: Attributes): TensorId[] {
    return this.around.builder.addAll(kind, inputs, attributes).map((id) => this.checked(id));
  }

  /** Tensors as one argument. */
  wrap(ids: readonly TensorId[]): Argument {
    return ids.length === 1 ? new TensorArgument(ids[0]) : ids.map((id) => new TensorArgument(id));
  }

  reshape(x: TensorId, shape: readonly number[], setters?: AttributeSetters): TensorId {
    return this.add('reshape', [x], { shape }, setters);
  }

  /** The tensor itself where nothing changes, else its axes in another order. */
  transpose(x: TensorId, permutation: readonly number[]): TensorId {
    return permutation.every((axis, index) => axis === index) ? x : this.add('transpose', [x], { permutation });
  }

  /** A trained weight, made at the layer's first call. */
  weight(name: string, shape: readonly number[], options: WeightOptions = {}): TensorId {
    const { role = 'matrix', fanIn = sizeOf(shape.slice(0, -1)), frozen = false } = options;
    const path = `${this.path}/${name}`;
    return this.once(path, shape, options.axes, () =>
      this.around.builder.parameter({
        name: path,
        shape,
        role,
        fanIn: role === 'matrix' ? fanIn : 1,
        residual: false,
        layer: this.owner,
        ...(this.isFrozen || frozen ? { frozen: true } : {}),
      }),
    );
  }

  gain(name: string, shape: readonly number[]): TensorId {
    return this.weight(name, shape, { role: 'gain' });
  }

  bias(name: string, shape: readonly number[], axes?: WeightOptions['axes']): TensorId {
    return this.weight(name, shape, { role: 'bias', ...(axes ? { axes } : {}) });
  }

  /** Values beside the weights that no gradient trains. */
  buffer(name: string, shape: readonly number[], initial?: number): TensorId {
    const path = `${this.path}/${name}`;
    return this.once(path, shape, undefined, () => this.around.builder.buffer(path, shape, initial));
  }

  /** A call of a layer that stands inside of this one. */
  inside(layer: JsonCursor, name: string, args: readonly Argument[]): TensorId[] {
    return this.around.run(layer, this, name === '' ? this.path : `${this.path}/${name}`, args);
  }

  /** A part of this layer with a configuration of its own, such as one cell of a stack. */
  part(cursor: JsonCursor, name: string): Call {
    const layer = {
      className: cursor.get('class_name').string(),
      config: cursor.get('config'),
      isFrozen: this.isFrozen,
      depth: this.depth,
    };
    return new Call(this.around, { ...layer, path: `${this.path}/${name}`, owner: this.owner }, this.args, this.named);
  }

  /** Sets a key of the configuration. */
  setter(key: string): Setter {
    return setKey(this.config, key);
  }

  /** Sets one element of an array of the configuration; a single number that stands for all axes becomes an array. */
  elementSetter(key: string, index: number, values: readonly number[]): Setter {
    return (size) => {
      const found = this.config.find(key);
      const next = found?.isArray ? [...(found.value as number[])] : [...values];
      next[index] = size as number;
      setKey(this.config, key)(next);
    };
  }

  /** Sets a key to a size that must be a multiple, such as the units of an LSTM by its four gates. */
  partSetter(key: string, parts: number): Setter {
    return (size) => {
      if (typeof size !== 'number' || size % parts !== 0)
        throw this.refusal(`${parts} equal parts of ${this.className} do not make ${size}`);
      setKey(this.config, key)(size / parts);
    };
  }

  refusal(message: string, hint?: string): IsoflopError {
    return refusal(message, { path: `layer '${this.path}'`, ...(hint === undefined ? {} : { hint }) });
  }

  private once(path: string, shape: readonly number[], axes: WeightOptions['axes'], make: () => TensorId): TensorId {
    const { weights, bindings } = this.around;
    const known = weights.get(path);
    if (known === undefined) {
      const id = this.checked(make());
      weights.set(path, id);
      bindings.weights.set(path, settersOf(this.config, axes ?? {}));
      return id;
    }
    const before = this.shapeOf(known);
    if (String(before) !== String(shape))
      throw this.refusal(`one call wants '${path}' of [${before}], another one of [${shape}]`);
    return known;
  }

  private checked(id: TensorId): TensorId {
    const shape = this.shapeOf(id);
    if (shape.every((extent) => Number.isSafeInteger(extent) && extent >= 0) && sizeOf(shape) <= MOST_ELEMENTS)
      return id;
    throw this.refusal(`${this.className} would make a tensor of [${shape}]; at most 2^49 values are counted`);
  }
}

function settersOf(config: JsonCursor, axes: Readonly<Record<number, AxisSource>>): Map<number, Setter> {
  const entries = Object.entries(axes).map(([axis, source]): [number, Setter] => [
    Number(axis),
    typeof source === 'string' ? setKey(config, source) : source,
  ]);
  return new Map(entries);
}

/** Writes into the document, which is the copy that the edits own. */
const setKey =
  (config: JsonCursor, key: string): Setter =>
  (value) => {
    (config.object() as Record<string, unknown>)[key] = value;
  };

/** Adds one kind of layer to the graph and gives its outputs. */
export type Lower = (call: Call) => TensorId | readonly TensorId[];
