import type { Attributes, OperatorKind, TensorId } from '../../graph/types.ts';
import { elementwise } from './rule.ts';
import type { Rule, RuleContext } from './rule.ts';

/** The gradient of one bias a channel: the sum over batch and places. */
function biasGradient({ builder, operator }: RuleContext, dy: TensorId): TensorId | undefined {
  if (operator.inputs[2] === undefined) return undefined;
  const axes = [...builder.shapeOf(dy).keys()].filter((axis) => axis !== 1);
  return builder.add('reduce', [dy], { reduction: 'sum', axes });
}

/** The two adjoints of a convolution; filters are [out, in / groups, ...window], padding is in numbers. */
const convolution: Rule = (context) => {
  const { builder, operator, gradients, wants } = context;
  const [x, w] = operator.inputs;
  const dy = gradients[0]!;
  const towards = (id: TensorId): Attributes => ({ ...operator.attributes, shape: builder.shapeOf(id) });
  return [
    wants(0) ? builder.add('convolutionInputGradient', [dy, w], towards(x)) : undefined,
    wants(1) ? builder.add('convolutionFilterGradient', [x, dy], towards(w)) : undefined,
    biasGradient(context, dy),
  ];
};

/** A transposed convolution is the adjoint of a convolution with the same filters, read as [out, in, ...]. */
const transposedConvolution: Rule = (context) => {
  const { builder, operator, gradients, wants } = context;
  const [x, w] = operator.inputs;
  const dy = gradients[0]!;
  const { outputPadding: _, ...attributes } = operator.attributes;
  return [
    wants(0) ? builder.add('convolution', [dy, w], attributes) : undefined,
    wants(1)
      ? builder.add('convolutionFilterGradient', [dy, x], { ...attributes, shape: builder.shapeOf(w) })
      : undefined,
    biasGradient(context, dy),
  ];
};

const pool = elementwise(({ builder, operator }, dy) => [
  builder.add('poolGradient', [dy, operator.inputs[0], operator.outputs[0]], operator.attributes),
]);

/** Ioffe and Szegedy 2015, the gradients after equation for y; inputs are x, gain, bias and the kept statistics. */
const batchNormalize: Rule = ({ builder, operator, gradients }) => {
  const [x, gain] = operator.inputs;
  const statistics = operator.attributes.training ? operator.outputs.slice(1) : operator.inputs.slice(3);
  return builder.addAll('batchNormalizeGradient', [gradients[0]!, x, ...statistics, gain], operator.attributes);
};

/** Operators on images, channels first. */
export const SPATIAL_RULES: Readonly<Partial<Record<OperatorKind, Rule>>> = {
  convolution,
  transposedConvolution,
  pool,
  batchNormalize,
};
