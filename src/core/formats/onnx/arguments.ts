import type { TensorId } from '../../graph/types.ts';
import type { NodeContext, Use } from '../nodes/context.ts';
import type { Known } from '../nodes/known.ts';

/** A node's attributes and inputs as ONNX names and counts them. */
export class OnnxArguments {
  readonly context: NodeContext;

  constructor(context: NodeContext) {
    this.context = context;
  }

  has(index: number): boolean {
    return this.context.has(index);
  }

  tensor(index: number, use?: Use): TensorId {
    return this.context.tensor(index, use);
  }

  shape(index: number): readonly number[] {
    return this.context.shape(index);
  }

  private attribute(name: string): unknown {
    return this.context.node.attributes[name];
  }

  int(name: string, fallback: number): number {
    const value = this.attribute(name);
    return typeof value === 'number' ? value : fallback;
  }

  float(name: string, fallback: number): number {
    return this.int(name, fallback);
  }

  text(name: string, fallback: string): string {
    const value = this.attribute(name);
    return typeof value === 'string' ? value : fallback;
  }

  list(name: string): readonly number[] | undefined {
    const value = this.attribute(name);
    return Array.isArray(value) ? (value as number[]) : undefined;
  }

  known(name: string): Known | undefined {
    const value = this.attribute(name);
    return typeof value === 'object' && value !== null && 'values' in value ? (value as Known) : undefined;
  }

  /** Numbers that stand in an attribute in older opsets and in an input in newer ones; undefined where in neither. */
  numbers(name: string, input: number): readonly number[] | undefined {
    return this.list(name) ?? (this.has(input) ? this.context.numbers(input, `'${name}'`) : undefined);
  }

  /** An axis from 0, of a tensor of this rank. */
  axis(fallback: number, rank: number, name = 'axis'): number {
    const axis = this.int(name, fallback);
    const at = axis < 0 ? axis + rank : axis;
    if (at < 0 || at > rank) throw this.context.refusal(`axis ${axis} is not in a tensor of rank ${rank}`);
    return at;
  }
}
