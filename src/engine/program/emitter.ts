import type { NodeAttributes, OnnxNode, OnnxTensor } from './onnx.ts';

/** Collects ONNX nodes and constants; equal constants are kept once. */
export class Emitter {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: OnnxTensor[] = [];
  private readonly known = new Map<string, string>();
  private count = 0;

  fresh(hint: string): string {
    return `${hint}_${this.count++}`;
  }

  /** Adds a node of the ONNX domain and gives the name of its output. */
  node(type: string, inputs: readonly string[], attributes: NodeAttributes = {}, output = this.fresh(type)): string {
    this.nodes.push({ type, inputs, outputs: [output], ...attributes });
    return output;
  }

  /** Adds a node with several outputs, or of another domain. */
  raw(node: OnnxNode): void {
    this.nodes.push(node);
  }

  tensor(name: string, shape: readonly number[], values: Float32Array): string {
    this.initializers.push({ name, shape, values });
    return name;
  }

  scalar(value: number): string {
    return this.once(`f:${value}`, [], () => Float32Array.of(value));
  }

  filled(shape: readonly number[], value: number): string {
    const size = shape.reduce((product, extent) => product * extent, 1);
    return this.once(`fill:${shape}:${value}`, shape, () => new Float32Array(size).fill(value));
  }

  /** Zeros with a one at each of the flat `indices`, which are asked for only once a `key`. */
  sparse(key: string, shape: readonly number[], indices: () => readonly number[]): string {
    return this.once(`ones:${key}`, shape, () => {
      const values = new Float32Array(shape.reduce((product, extent) => product * extent, 1));
      for (const index of indices()) values[index] = 1;
      return values;
    });
  }

  integers(values: readonly number[]): string {
    return this.once(`i:${values}`, [values.length], () => BigInt64Array.from(values, BigInt));
  }

  private once(key: string, shape: readonly number[], values: () => Float32Array | BigInt64Array): string {
    const found = this.known.get(key);
    if (found !== undefined) return found;
    const name = this.fresh('constant');
    this.initializers.push({ name, shape, values: values() });
    this.known.set(key, name);
    return name;
  }
}
