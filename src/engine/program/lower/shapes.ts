import type { OperatorKind } from '../../../core/graph/types.ts';
import { notRunYet } from '../activations.ts';
import type { Lowering } from './lowering.ts';

const REDUCTIONS = { mean: 'ReduceMean', sum: 'ReduceSum', max: 'ReduceMax', min: 'ReduceMin' } as const;

function reduce({ e, operator, inputs, outputs }: Lowering): void {
  const { reduction = 'mean', axes = [], keepAxes = false } = operator.attributes;
  if (!(reduction in REDUCTIONS)) throw notRunYet(`the reduction '${reduction}' of layer '${operator.layer}'`);
  const type = REDUCTIONS[reduction as keyof typeof REDUCTIONS];
  e.node(type, [inputs[0], e.integers(axes)], { integers: { keepdims: Number(keepAxes) } }, outputs[0]);
}

function pad({ e, operator, inputs, outputs, shapes }: Lowering): void {
  const { padding = [] } = operator.attributes;
  const side = (index: 0 | 1): number[] => shapes[0].map((_, axis) => Number(padding[axis]?.[index] ?? 0));
  e.node('Pad', [inputs[0], e.integers([...side(0), ...side(1)])], {}, outputs[0]);
}

function slice({ e, operator, inputs, outputs, shapes }: Lowering): void {
  const { starts = [], ends = [], steps = [] } = operator.attributes;
  const axes = [...shapes[0].keys()];
  const all = [
    axes.map((axis) => starts[axis] ?? 0),
    axes.map((axis) => ends[axis] ?? shapes[0][axis]),
    axes,
    axes.map((axis) => steps[axis] ?? 1),
  ];
  e.node('Slice', [inputs[0], ...all.map((values) => e.integers(values))], {}, outputs[0]);
}

/** Operators that move, repeat or sum cells. */
export const SHAPES: Readonly<Partial<Record<OperatorKind, (lowering: Lowering) => void>>> = {
  reduce,
  pad,
  slice,
  broadcast: ({ e, inputs, outputs, outputShape }) =>
    void e.node('Expand', [inputs[0], e.integers(outputShape)], {}, outputs[0]),
};
