import type { GraphBuilder } from '../graph/builder.ts';
import type { Operator, TensorId } from '../graph/types.ts';

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

const elementwise =
  (make: (context: RuleContext, dy: TensorId) => (TensorId | undefined)[]): Rule =>
  (context) =>
    make(context, context.gradients[0]!);

/** Sums a gradient back to the shape of an operand that was broadcast: only whole leading axes occur. */
function unbroadcast({ builder }: RuleContext, gradient: TensorId, target: TensorId): TensorId {
  const [from, to] = [builder.shapeOf(gradient), builder.shapeOf(target)];
  if (String(from) === String(to)) return gradient;
  const columns = to.reduce((product, extent) => product * extent, 1);
  if (String(from.slice(from.length - to.length)) !== String(to)) {
    throw new Error(`internal: no rule to sum a gradient [${from}] to [${to}]`);
  }
  const rows = from.reduce((product, extent) => product * extent, 1) / columns;
  const flat = builder.add('reshape', [gradient], { shape: [rows, columns] });
  return builder.add('reshape', [builder.add('columnSum', [flat])], { shape: to });
}

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
  return [
    wants(0) ? builder.add('matmul', [dy, w], { transposeB: true }) : undefined,
    wants(1) ? builder.add('matmul', [x, dy], { transposeA: true }) : undefined,
    bias === undefined ? undefined : builder.add('columnSum', [dy]),
  ];
};

const add: Rule = (context) =>
  context.operator.inputs.map((input, index) =>
    context.wants(index) ? unbroadcast(context, context.gradients[0]!, input) : undefined,
  );

const multiply: Rule = (context) =>
  context.operator.inputs.map((input, index) => {
    if (!context.wants(index)) return undefined;
    const other = context.operator.inputs[1 - index];
    return unbroadcast(context, context.builder.add('multiply', [context.gradients[0]!, other]), input);
  });

const gather: Rule = ({ builder, operator, gradients, wants }) => {
  const [table, indices] = operator.inputs;
  if (!wants(0)) return [];
  const [rows, columns] = builder.shapeOf(table);
  const count = builder.shapeOf(indices).reduce((product, extent) => product * extent, 1);
  const flat = builder.add('reshape', [gradients[0]!], { shape: [count, columns] });
  return [builder.add('scatterRows', [flat, indices], { rows })];
};

const split: Rule = ({ builder, operator, gradients }) => {
  if (gradients.includes(undefined)) throw new Error('internal: every part of a split must be used');
  return [builder.add('concat', gradients as TensorId[], { axis: operator.attributes.axis })];
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
  return [builder.add('lossGradient', [from, targets], { loss: operator.attributes.loss, alpha })];
};

/** One rule a kind of operator that a forward graph may hold. */
export const RULES: Readonly<Partial<Record<Operator['kind'], Rule>>> = {
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
