import { sizeOf } from '../../graph/shapes.ts';
import type { GraphBuilder } from '../../graph/builder.ts';
import type { Operator, TensorId } from '../../graph/types.ts';

/** What a rule may use: the builder of the backward pass, and the gradient of the operator's outputs. */
export interface RuleContext {
  readonly builder: GraphBuilder;
  readonly operator: Operator;
  /** Gradient of each output, undefined where nothing depends on it. */
  readonly gradients: readonly (TensorId | undefined)[];
  /** Whether input i needs a gradient at all. */
  readonly wants: (index: number) => boolean;
}

/** Gives the gradient of each input, undefined where it has none or none is wanted. */
export type Rule = (context: RuleContext) => (TensorId | undefined)[];

/** A rule for operators with one output. */
export const elementwise =
  (make: (context: RuleContext, dy: TensorId) => (TensorId | undefined)[]): Rule =>
  (context) =>
    make(context, context.gradients[0]!);

/** Sums a gradient over the axes along which an operand of the shape `to` was broadcast. */
export function unbroadcast({ builder }: RuleContext, gradient: TensorId, to: readonly number[]): TensorId {
  const from = builder.shapeOf(gradient);
  if (String(from) === String(to)) return gradient;
  const full = [...Array.from({ length: from.length - to.length }, () => 1), ...to];
  const axes = [...full.keys()].filter((axis) => full[axis] === 1 && from[axis] !== 1);
  const isLeading = axes.every((axis, index) => axis === index);
  const summed = isLeading
    ? builder.add('columnSum', [builder.add('reshape', [gradient], { shape: [sizeOf(from) / sizeOf(to), sizeOf(to)] })])
    : builder.add('reduce', [gradient], { reduction: 'sum', axes });
  return builder.add('reshape', [summed], { shape: to });
}
