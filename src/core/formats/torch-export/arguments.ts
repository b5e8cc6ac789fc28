import type { TensorId } from '../../graph/types.ts';
import type { NodeContext, Use } from '../nodes/context.ts';
import type { Argument, InputList } from '../nodes/document.ts';

const isInput = (value: unknown): value is { input: number } =>
  typeof value === 'object' && value !== null && 'input' in value;
const isList = (value: unknown): value is InputList => typeof value === 'object' && value !== null && 'from' in value;

/** The arguments of an ATen operation by the names of its schema. */
export class AtenArguments {
  readonly context: NodeContext;

  constructor(context: NodeContext) {
    this.context = context;
  }

  private argument(name: string): Argument | InputList | undefined {
    return this.context.node.attributes[name] as Argument | InputList | undefined;
  }

  /** Whether the argument is given and not None. */
  has(name: string): boolean {
    const argument = this.argument(name);
    return argument !== undefined && argument !== null;
  }

  isInput(name: string): boolean {
    return isInput(this.argument(name));
  }

  isTensor(name: string): boolean {
    const argument = this.argument(name);
    return isInput(argument) && !('known' in this.context.value(argument.input));
  }

  /** Place of a tensor argument among the node's inputs. */
  index(name: string): number {
    const argument = this.argument(name);
    if (!isInput(argument)) throw this.context.refusal(`its argument '${name}' is no tensor`);
    return argument.input;
  }

  tensor(name: string, use?: Use): TensorId {
    return this.context.tensor(this.index(name), use);
  }

  shape(name: string): readonly number[] {
    return this.context.shape(this.index(name));
  }

  /** Places of a list of tensors among the node's inputs. */
  indices(name: string): number[] {
    const argument = this.argument(name);
    if (!isList(argument)) throw this.context.refusal(`its argument '${name}' is no list of tensors`);
    return Array.from({ length: argument.count }, (_, index) => argument.from + index);
  }

  private resolve(value: number | { readonly input: number }, name: string): number {
    return typeof value === 'number' ? value : this.context.numbers(value.input, `its argument '${name}'`)[0];
  }

  number(name: string, fallback: number): number {
    const argument = this.argument(name);
    if (argument === undefined || argument === null) return fallback;
    if (typeof argument === 'number') return argument;
    if (isInput(argument)) return this.resolve(argument, name);
    throw this.context.refusal(`its argument '${name}' is no number`);
  }

  boolean(name: string): boolean {
    return this.argument(name) === true;
  }

  text(name: string, fallback: string): string {
    const argument = this.argument(name);
    return typeof argument === 'string' ? argument : fallback;
  }

  /** A list of whole numbers; one number stands for a list of it. */
  numbers(name: string, fallback?: readonly number[]): number[] {
    const argument = this.argument(name);
    if (Array.isArray(argument)) return argument.map((value) => this.resolve(value as number, name));
    if (typeof argument === 'number' || isInput(argument)) return [this.resolve(argument, name)];
    if (fallback) return [...fallback];
    throw this.context.refusal(`its argument '${name}' is missing`);
  }

  /** A list of one number an axis; a list of one stands for all, an empty one for the fallback. */
  perAxis(name: string, axes: number, fallback: number): number[] {
    const values = this.numbers(name, []);
    return Array.from({ length: axes }, (_, axis) => values[axis] ?? values[0] ?? fallback);
  }

  /** An axis from 0, of a tensor of this rank. */
  axis(name: string, rank: number, fallback: number): number {
    const axis = this.number(name, fallback);
    const at = axis < 0 ? axis + rank : axis;
    if (at < 0 || at >= Math.max(1, rank))
      throw this.context.refusal(`axis ${axis} is not in a tensor of rank ${rank}`);
    return at;
  }
}
