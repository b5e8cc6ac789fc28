import { sizeOf } from '../../graph/shapes.ts';
import type { OperatorKind } from '../../graph/types.ts';
import { IsoflopError } from '../../terms/errors.ts';
import { elementwise, unbroadcast } from './rule.ts';
import type { Rule } from './rule.ts';

const noRule = (what: string, layer: string): IsoflopError =>
  new IsoflopError('unavailable', `there is no derivative of ${what}`, {
    path: `layer '${layer}'`,
    hint: 'Train the model with a program of your own.',
  });

/** Means and sums give every place its share. */
const reduce = elementwise(({ builder, operator }, dy) => {
  const { reduction, axes = [] } = operator.attributes;
  if (reduction !== 'mean' && reduction !== 'sum') throw noRule(`the reduction '${reduction}'`, operator.layer);
  const shape = builder.shapeOf(operator.inputs[0]);
  const reduced = new Set(axes.map((axis) => (axis < 0 ? axis + shape.length : axis)));
  const kept = shape.map((extent, axis) => (reduced.has(axis) ? 1 : extent));
  const spread = builder.add('reshape', [dy], { shape: kept });
  const count = sizeOf(shape) / sizeOf(kept);
  const share = reduction === 'mean' ? builder.add('scale', [spread], { alpha: 1 / count }) : spread;
  return [builder.add('broadcast', [share], { shape })];
});

const pad = elementwise(({ builder, operator }, dy) => {
  const { padding = [] } = operator.attributes;
  if (padding === 'same') throw new Error('internal: pad wants its numbers of zeros');
  const shape = builder.shapeOf(operator.inputs[0]);
  const starts = shape.map((_, axis) => padding[axis]?.[0] ?? 0);
  return [
    builder.add('slice', [dy], {
      starts,
      ends: shape.map((extent, axis) => starts[axis] + extent),
      steps: shape.map(() => 1),
    }),
  ];
});

const slice = elementwise(({ builder, operator }, dy) => {
  const { starts = [], steps = [] } = operator.attributes;
  if (steps.some((step) => step !== 1)) throw noRule(`a slice with steps [${steps}]`, operator.layer);
  const [from, to] = [builder.shapeOf(operator.inputs[0]), builder.shapeOf(dy)];
  const padding = from.map((extent, axis) => {
    const start = starts[axis] ?? 0;
    const before = Math.min(extent, Math.max(0, start < 0 ? start + extent : start));
    return [before, extent - before - to[axis]] as const;
  });
  return [builder.add('pad', [dy], { padding })];
});

const broadcast: Rule = (context) => [
  unbroadcast(context, context.gradients[0]!, context.builder.shapeOf(context.operator.inputs[0])),
];

/** Operators that move, repeat or sum cells. */
export const SHAPE_RULES: Readonly<Partial<Record<OperatorKind, Rule>>> = { reduce, pad, slice, broadcast };
