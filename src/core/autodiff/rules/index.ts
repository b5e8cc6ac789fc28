import type { Operator, TensorId } from '../../graph/types.ts';
import { FUNCTION_RULES } from './functions.ts';
import { elementwise, unbroadcast } from './rule.ts';
import type { Rule } from './rule.ts';
import { SHAPE_RULES } from './shapes.ts';
import { SPATIAL_RULES } from './spatial.ts';

export type { Rule, RuleContext } from './rule.ts';

const matmul: Rule = ({ builder, operator, gradients, wants }) => {
  const [a, b] = operator.inputs;
  const dy = gradients[0]!;
  const { transposeA = false, transposeB = false, alpha = 1 } = operator.attributes;
  const product = (x: TensorId, y: TensorId, tx: boolean, ty: boolean): TensorId =>
    builder.add('matmul', [x, y], { transposeA: tx, transposeB: ty, alpha });
  const da = (): TensorId => (transposeA ? product(b, dy, transposeB, true) : product(dy, b, false, !transposeB));
  const db = (): TensorId => (transposeB ? product(dy, a, true, transposeA) : product(a, dy, !transposeA, false));
  return [wants(0) ? da() : undefined, wants(1) ? db() : undefined];
};

const linear: Rule = ({ builder, operator, gradients, wants }) => {
  const [x, w, bias] = operator.inputs;
  const dy = gradients[0]!;
  const { transposeB = false } = operator.attributes;
  return [
    wants(0) ? builder.add('matmul', [dy, w], { transposeB: !transposeB }) : undefined,
    wants(1) ? builder.add('matmul', transposeB ? [dy, x] : [x, dy], { transposeA: true }) : undefined,
    bias === undefined ? undefined : builder.add('columnSum', [dy]),
  ];
};

const add: Rule = (context) =>
  context.operator.inputs.map((input, index) =>
    context.wants(index) ? unbroadcast(context, context.gradients[0]!, context.builder.shapeOf(input)) : undefined,
  );

const multiply: Rule = (context) =>
  context.operator.inputs.map((input, index) => {
    if (!context.wants(index)) return undefined;
    const other = context.operator.inputs[1 - index];
    const product = context.builder.add('multiply', [context.gradients[0]!, other]);
    return unbroadcast(context, product, context.builder.shapeOf(input));
  });

const gather: Rule = ({ builder, operator, gradients, wants }) => {
  const [table, indices] = operator.inputs;
  if (!wants(0)) return [];
  const [rows, columns] = builder.shapeOf(table);
  const count = builder.shapeOf(indices).reduce((product, extent) => product * extent, 1);
  const flat = builder.add('reshape', [gradients[0]!], { shape: [count, columns] });
  return [builder.add('scatterRows', [flat, indices], { rows })];
};

/** A part that nothing reads has a gradient of zeros. */
const split: Rule = ({ builder, operator, gradients }) => {
  const parts = gradients.map((dy, index) => dy ?? builder.add('scale', [operator.outputs[index]], { alpha: 0 }));
  return [builder.add('concat', parts, { axis: operator.attributes.axis })];
};

const concat: Rule = ({ builder, operator, gradients }) => {
  const axis = operator.attributes.axis ?? 0;
  const sizes = operator.inputs.map((input) => builder.shapeOf(input)[axis]);
  return builder.addAll('split', [gradients[0]!], { axis, sizes });
};

const transpose = elementwise(({ builder, operator }, dy) => {
  const { permutation = [] } = operator.attributes;
  const inverse = permutation.map((_, axis) => permutation.indexOf(axis));
  return [builder.add('transpose', [dy], { permutation: inverse })];
});

const normalize: Rule = ({ builder, operator, gradients, wants }) => {
  const [, gain, bias] = operator.inputs;
  const [, normalized, inverse] = operator.outputs;
  const dy = gradients[0]!;
  const scaled = gain === undefined ? dy : builder.add('multiply', [dy, gain]);
  return [
    wants(0)
      ? builder.add('normalizeGradient', [scaled, normalized, inverse], { norm: operator.attributes.norm })
      : undefined,
    gain === undefined ? undefined : builder.add('columnSum', [builder.add('multiply', [dy, normalized])]),
    bias === undefined ? undefined : builder.add('columnSum', [dy]),
  ];
};

/** The gradient of the mean of the row losses with respect to the outputs; where reverse mode starts. */
const loss: Rule = ({ builder, operator }) => {
  const [outputs, targets] = operator.inputs;
  const from = operator.outputs[1] ?? outputs;
  const alpha = 1 / builder.shapeOf(outputs)[0];
  return [builder.add('lossGradient', [from, targets], { ...operator.attributes, alpha })];
};

/** One rule a kind of operator that a forward graph may hold. */
export const RULES: Readonly<Partial<Record<Operator['kind'], Rule>>> = {
  ...SPATIAL_RULES,
  ...SHAPE_RULES,
  ...FUNCTION_RULES,
  matmul,
  linear,
  add,
  multiply,
  gather,
  split,
  concat,
  transpose,
  normalize,
  loss,
  scale: elementwise(({ builder, operator }, dy) => [builder.add('scale', [dy], operator.attributes)]),
  reshape: elementwise(({ builder, operator }, dy) => [
    builder.add('reshape', [dy], { shape: builder.shapeOf(operator.inputs[0]) }),
  ]),
  shift: elementwise(({ builder, operator }, dy) => [
    builder.add('shift', [dy], { ...operator.attributes, reverse: !operator.attributes.reverse }),
  ]),
  swapHalves: elementwise(({ builder }, dy) => [builder.add('swapHalves', [dy])]),
  activation: elementwise(({ builder, operator }, dy) => [
    builder.add('activationGradient', [dy, operator.inputs[0], operator.outputs[0]], operator.attributes),
  ]),
  softmax: elementwise(({ builder, operator }, dy) => [builder.add('softmaxGradient', [dy, operator.outputs[0]])]),
};
