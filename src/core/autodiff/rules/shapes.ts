import { sizeOf } from '../../graph/shapes.ts';
import type { GraphBuilder } from '../../graph/builder.ts';
import type { OperatorKind, TensorId } from '../../graph/types.ts';
import { IsoflopError } from '../../terms/errors.ts';
import { elementwise, unbroadcast } from './rule.ts';
import type { Rule } from './rule.ts';

const noRule = (what: string, layer: string): IsoflopError =>
  new IsoflopError('unavailable', `there is no derivative of ${what}`, {
    path: `layer '${layer}'`,
    hint: 'Train the model with a program of your own.',
  });

/** Means and sums give every place its share; an extreme its gradient, equal ones equal parts, as in PyTorch. */
const reduce: Rule = (context) => {
  const { builder, operator, gradients } = context;
  const [dy] = gradients;
  const { reduction = 'mean', axes = [] } = operator.attributes;
  const [x] = operator.inputs;
  const shape = builder.shapeOf(x);
  const reduced = new Set(axes.map((axis) => (axis < 0 ? axis + shape.length : axis)));
  const kept = shape.map((extent, axis) => (reduced.has(axis) ? 1 : extent));
  const spread = builder.add('reshape', [dy!], { shape: kept });
  const isExtreme = reduction === 'max' || reduction === 'min';
  if (!isExtreme && reduction !== 'mean' && reduction !== 'sum')
    throw noRule(`the reduction '${reduction}'`, operator.layer);
  if (isExtreme) {
    const y = builder.add('reshape', [operator.outputs[0]], { shape: kept });
    const isEqual = builder.add('binary', [x, y], { function: 'equal' });
    const count = builder.add('reduce', [isEqual], { reduction: 'sum', axes: [...reduced], keepAxes: true });
    return [builder.add('multiply', [isEqual, builder.add('binary', [spread, count], { function: 'divide' })])];
  }
  const count = sizeOf(shape) / sizeOf(kept);
  const share = reduction === 'mean' ? builder.add('scale', [spread], { alpha: 1 / count }) : spread;
  return [builder.add('broadcast', [share], { shape })];
};

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

/** What a slice leaves out has a gradient of zeros. Starts are counted from 0; a turned axis is turned back. */
const slice = elementwise(({ builder, operator }, dy) => {
  const { starts = [], steps = [] } = operator.attributes;
  const from = builder.shapeOf(operator.inputs[0]);
  if (steps.some((step) => step < 0)) return [builder.add('slice', [dy], operator.attributes)];
  const apart = steps.reduce((x, step, axis) => (step > 1 ? spreadApart(builder, x, axis, step) : x), dy);
  const to = builder.shapeOf(apart);
  const padding = from.map((extent, axis) => {
    const before = starts[axis] ?? 0;
    return [before, extent - before - to[axis]] as const;
  });
  return [builder.add('pad', [apart], { padding })];
});

/** `step` - 1 zeros between neighbours of an axis. */
function spreadApart(builder: GraphBuilder, x: TensorId, axis: number, step: number): TensorId {
  const shape = builder.shapeOf(x);
  const [before, after] = [shape.slice(0, axis), shape.slice(axis + 1)];
  const split = builder.add('reshape', [x], { shape: [...before, shape[axis], 1, ...after] });
  const padding = [...before, 0, 1, ...after].map((_, at) => [0, at === axis + 1 ? step - 1 : 0] as const);
  const padded = builder.add('pad', [split], { padding });
  const joined = builder.add('reshape', [padded], { shape: [...before, shape[axis] * step, ...after] });
  const zero = shape.map(() => 0);
  const ends = [...before, (shape[axis] - 1) * step + 1, ...after];
  return builder.add('slice', [joined], { starts: zero, ends, steps: shape.map(() => 1) });
}

const broadcast: Rule = (context) => [
  unbroadcast(context, context.gradients[0]!, context.builder.shapeOf(context.operator.inputs[0])),
];

/** Operators that move, repeat or sum cells. */
export const SHAPE_RULES: Readonly<Partial<Record<OperatorKind, Rule>>> = { reduce, pad, slice, broadcast };
