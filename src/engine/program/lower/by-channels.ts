import type { OperatorKind } from '../../../core/graph/types.ts';
import { exchanged } from '../placement.ts';
import { BATCH_NORM_FORMS } from './batch-norm.ts';
import { DEPTHWISE_FORMS } from './depthwise.ts';
import { FILTER_GRADIENT_FORMS } from './filter-gradient.ts';
import type { Lowering } from './lowering.ts';
import type { PlacedForm, PlacedLowering } from './placed.ts';
import { POINTWISE_FORMS } from './pointwise.ts';

/** Images are no whole numbers. */
const NO_WHOLE: readonly boolean[] = [];

type PlainLowering = (lowering: Lowering) => void;

/** Which tensors an operator reads and writes with channels first, given that its first image came so. */
function follow(
  { e, operator, shapes, outputShape, placement }: PlacedLowering,
  plain: PlainLowering,
  attributes = operator.attributes,
): boolean {
  plain({
    e,
    operator: { ...operator, attributes },
    inputs: operator.inputs.map((id) => placement.major(id)),
    outputs: operator.outputs.map((id) => placement.placeMajor(id)),
    shapes: shapes.map(exchanged),
    outputShape: exchanged(outputShape),
    whole: NO_WHOLE,
  });
  return true;
}

/** What works on each value by itself, on operands of as many axes, or on each channel of each sample by itself. */
const elementwise = (lowering: PlacedLowering, plain: PlainLowering): boolean =>
  lowering.shapes.every(({ length }) => length === lowering.outputShape.length) && follow(lowering, plain);

/** What joins or cuts along an axis. */
function alongAxis(lowering: PlacedLowering, plain: PlainLowering): boolean {
  const { axis = 0 } = lowering.operator.attributes;
  return follow(lowering, plain, { ...lowering.operator.attributes, axis: axis === 0 || axis === 1 ? 1 - axis : axis });
}

/** Where batch and channels stay in their order, the result has channels first too; where one of both is left, no order is left. */
function reduce(lowering: PlacedLowering, plain: PlainLowering): boolean {
  const { operator, shapes, outputShape, placement, e } = lowering;
  const { axes = [], keepAxes = false } = operator.attributes;
  const moved = axes.map((axis) => (axis === 0 || axis === 1 ? 1 - axis : axis)).toSorted((a, b) => a - b);
  const attributes = { ...operator.attributes, axes: moved };
  if (keepAxes || !(axes.includes(0) || axes.includes(1))) return follow(lowering, plain, attributes);
  plain({
    e,
    operator: { ...operator, attributes },
    inputs: [placement.major(operator.inputs[0])],
    outputs: [placement.plain(operator.outputs[0])],
    shapes: shapes.map(exchanged),
    outputShape,
    whole: NO_WHOLE,
  });
  return true;
}

/** Only while batch and channels stay as they are. */
function reshape(lowering: PlacedLowering, plain: PlainLowering): boolean {
  const [[[batch, channels]], to] = [lowering.shapes, lowering.outputShape];
  return to.length >= 2 && to[0] === batch && to[1] === channels && follow(lowering, plain);
}

const sameRank = (lowering: PlacedLowering, plain: PlainLowering): boolean =>
  lowering.shapes[0].length === lowering.outputShape.length && follow(lowering, plain);

const FOLLOWERS: Readonly<Partial<Record<OperatorKind, (lowering: PlacedLowering, plain: PlainLowering) => boolean>>> =
  {
    activation: elementwise,
    activationGradient: elementwise,
    add: elementwise,
    multiply: elementwise,
    scale: elementwise,
    pool: elementwise,
    poolGradient: elementwise,
    concat: alongAxis,
    split: alongAxis,
    reduce,
    reshape,
    broadcast: sameRank,
  };

const FORMS: Readonly<Partial<Record<OperatorKind, readonly PlacedForm[]>>> = {
  convolution: [POINTWISE_FORMS.convolution, DEPTHWISE_FORMS.convolution],
  convolutionInputGradient: [POINTWISE_FORMS.inputGradient, DEPTHWISE_FORMS.inputGradient],
  convolutionFilterGradient: [
    POINTWISE_FORMS.filterGradient,
    DEPTHWISE_FORMS.filterGradient,
    FILTER_GRADIENT_FORMS.byCells,
  ],
  batchNormalize: [BATCH_NORM_FORMS.batchNormalize],
  batchNormalizeGradient: [BATCH_NORM_FORMS.batchNormalizeGradient],
};

/** Emits an operator that gains from channels before the batch, or whose operands stand so already; false where it does neither. */
export function lowerByChannels(lowering: PlacedLowering, plain: PlainLowering | undefined): boolean {
  const { operator, placement } = lowering;
  if (FORMS[operator.kind]?.some((form) => form(lowering))) return true;
  const follower = FOLLOWERS[operator.kind];
  if (!follower || !plain || !operator.inputs.some((id) => placement.isMajor(id))) return false;
  return follower(lowering, plain);
}
