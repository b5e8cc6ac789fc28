import { sizeOf } from '../../../core/graph/shapes.ts';
import type { Graph, Operator, OperatorKind, TensorId } from '../../../core/graph/types.ts';
import { emitActivation, emitActivationGradient, notRunYet } from '../activations.ts';
import type { Emitter } from '../emitter.ts';
import type { Placement } from '../placement.ts';
import { BATCH_NORMS } from './batch-norm.ts';
import { lowerByChannels } from './by-channels.ts';
import { CONVOLUTIONS } from './convolution.ts';
import { FUNCTIONS } from './functions.ts';
import { gather, scatterRows } from './rows.ts';
import type { Lowering } from './lowering.ts';
import { POOLS } from './pool.ts';
import { SHAPES } from './shapes.ts';
import { emitLoss, emitLossGradient } from '../losses.ts';

/** Operators that only move cells: whole numbers stay whole. */
const MOVING = new Set<OperatorKind>(['reshape', 'transpose', 'slice', 'split', 'broadcast']);
/** Operators that want whole numbers somewhere. */
const INDEXED = new Set<OperatorKind>(['gather', 'scatterRows', 'loss', 'lossGradient']);
const FLOAT = 1;

const wholeOf = new WeakMap<Graph, ReadonlySet<TensorId>>();

/** Tensors of whole numbers: inputs, and what is made of them by moving cells. */
function wholeTensors(graph: Graph): ReadonlySet<TensorId> {
  const known = wholeOf.get(graph);
  if (known) return known;
  const whole = new Set(graph.tensors.filter(({ dtype }) => dtype === 'int32').map(({ id }) => id));
  for (const { kind, inputs, outputs } of graph.operators)
    if (MOVING.has(kind) && whole.has(inputs[0])) for (const id of outputs) whole.add(id);
  wholeOf.set(graph, whole);
  return whole;
}

/** Emits the ONNX nodes of one operator on tensors as they are placed. */
export function lowerOperator(e: Emitter, graph: Graph, operator: Operator, placement: Placement): void {
  const shapes = operator.inputs.map((input) => graph.tensors[input].shape);
  const outputShape = graph.tensors[operator.outputs[0]].shape;
  const whole = wholeTensors(graph);
  const isOfNumbers = !operator.inputs.some((id) => whole.has(id));
  if (isOfNumbers && lowerByChannels({ e, operator, shapes, outputShape, placement }, LOWERINGS[operator.kind])) return;
  lowerPlainly(e, graph, operator, (id) => placement.plain(id));
}

/** Emits them on tensors in the graph's own order; inputs go by the names that `nameOf` gives. */
export function lowerPlainly(e: Emitter, graph: Graph, operator: Operator, nameOf: (id: TensorId) => string): void {
  const { kind } = operator;
  const lowering = LOWERINGS[kind];
  if (!lowering) throw notRunYet(`operator '${kind}' of layer '${operator.layer}'`);
  const whole = wholeTensors(graph);
  const isNumber = !MOVING.has(kind) && !INDEXED.has(kind);
  const asNumber = (id: TensorId): string => e.node('Cast', [nameOf(id)], { integers: { to: FLOAT } });
  lowering({
    e,
    operator,
    inputs: operator.inputs.map((id) => (isNumber && whole.has(id) ? asNumber(id) : nameOf(id))),
    outputs: operator.outputs.map((id) => graph.tensors[id].name),
    shapes: operator.inputs.map((input) => graph.tensors[input].shape),
    outputShape: graph.tensors[operator.outputs[0]].shape,
    whole: operator.inputs.map((id) => whole.has(id)),
  });
}

const direct =
  (type: string) =>
  ({ e, inputs, outputs }: Lowering): void =>
    void e.node(type, inputs, {}, outputs[0]);

function matmul({ e, operator, inputs, outputs, shapes }: Lowering): void {
  const { transposeA = false, transposeB = false, alpha = 1 } = operator.attributes;
  const [transA, transB] = [Number(transposeA), Number(transposeB)];
  if (shapes[0].length === 2) {
    e.node('Gemm', inputs, { integers: { transA, transB }, floats: { alpha } }, outputs[0]);
  } else {
    const integers = { transA, transB };
    e.raw({ type: 'FusedMatMul', domain: 'com.microsoft', inputs, outputs, integers, floats: { alpha } });
  }
}

function reshape({ e, inputs, outputs, outputShape }: Lowering): void {
  e.node('Reshape', [inputs[0], e.integers(outputShape)], {}, outputs[0]);
}

function split({ e, operator, inputs, outputs }: Lowering): void {
  const { axis = 0, sizes = [] } = operator.attributes;
  e.raw({ type: 'Split', inputs: [inputs[0], e.integers(sizes)], outputs, integers: { axis } });
}

/** One Pad both moves the shifted channels along the window and cuts the others off; a Slice keeps those. */
function shift({ e, operator, inputs, outputs, shapes }: Lowering): void {
  const { context = 1, channels = 0, reverse = false } = operator.attributes;
  const [rows, width] = shapes[0];
  const by = reverse ? -1 : 1;
  const windows = e.node('Reshape', [inputs[0], e.integers([rows / context, context, width])]);
  const moved = e.node('Pad', [windows, e.integers([0, by, 0, 0, -by, channels - width])]);
  const kept = e.node('Slice', [windows, e.integers([channels]), e.integers([width]), e.integers([2])]);
  const joined = e.node('Concat', [moved, kept], { integers: { axis: 2 } });
  e.node('Reshape', [joined, e.integers([rows, width])], {}, outputs[0]);
}

function swapHalves({ e, inputs, outputs, shapes }: Lowering): void {
  const half = shapes[0].at(-1)! / 2;
  const [first, second] = [e.fresh('half'), e.fresh('half')];
  const integers = { axis: -1 };
  e.raw({ type: 'Split', inputs: [inputs[0], e.integers([half, half])], outputs: [first, second], integers });
  e.node('Concat', [second, first], { integers }, outputs[0]);
}

/** Outputs: y, normalised x, 1/sigma. Gains and biases are applied apart, since the backward pass needs x before them. */
function normalize({ e, operator, inputs, outputs, shapes }: Lowering): void {
  const [x, gain, bias] = inputs;
  const [y, normalized, inverse] = outputs;
  const width = shapes[0].at(-1)!;
  const epsilon = operator.attributes.epsilon ?? 0;
  const bare = gain === undefined ? y : normalized;
  const ones = e.filled([width], 1);
  const attributes = { integers: { axis: -1 }, floats: { epsilon } };
  if (operator.attributes.norm === 'layernorm') {
    e.raw({ type: 'LayerNormalization', inputs: [x, ones], outputs: [bare, e.fresh('mean'), inverse], ...attributes });
  } else {
    e.raw({ type: 'SimplifiedLayerNormalization', inputs: [x, ones], outputs: [bare, inverse], ...attributes });
  }
  if (gain === undefined) e.node('Identity', [y], {}, normalized);
  else if (bias === undefined) e.node('Mul', [normalized, gain], {}, y);
  else e.node('Add', [e.node('Mul', [normalized, gain]), bias], {}, y);
}

/** Layer norm: (dy - mean(dy) - xhat mean(dy xhat)) / sigma; RMS norm the same without the middle term. */
function normalizeGradient({ e, operator, inputs, outputs }: Lowering): void {
  const [dy, normalized, inverse] = inputs;
  const mean = (x: string): string => e.node('ReduceMean', [x, e.integers([-1])]);
  const along = e.node('Mul', [normalized, mean(e.node('Mul', [dy, normalized]))]);
  const centred = operator.attributes.norm === 'layernorm' ? e.node('Sub', [dy, mean(dy)]) : dy;
  e.node('Mul', [e.node('Sub', [centred, along]), inverse], {}, outputs[0]);
}

function softmax({ e, inputs: [scores, mask], outputs }: Lowering): void {
  const masked = mask === undefined ? scores : e.node('Add', [scores, mask]);
  e.node('Softmax', [masked], { integers: { axis: -1 } }, outputs[0]);
}

/** p (dy - sum(p dy)) = t - p sum(t) with t = p dy. */
function softmaxGradient({ e, inputs: [dy, p], outputs }: Lowering): void {
  const t = e.node('Mul', [dy, p]);
  const sum = e.node('ReduceSum', [t, e.integers([-1])]);
  e.node('Sub', [t, e.node('Mul', [p, sum])], {}, outputs[0]);
}

/** A row of ones times the matrix: onnxruntime's product is far faster than its sum along columns. */
function columnSum({ e, inputs, outputs, shapes }: Lowering): void {
  const [rows, columns] = shapes[0];
  const row = e.node('Gemm', [e.filled([1, rows], 1), inputs[0]]);
  e.node('Reshape', [row, e.integers([columns])], {}, outputs[0]);
}

const matrixOf = (shape: readonly number[]): [number, number] => [shape[0], sizeOf(shape) / shape[0]];

const LOWERINGS: Readonly<Partial<Record<Operator['kind'], (lowering: Lowering) => void>>> = {
  matmul,
  ...CONVOLUTIONS,
  ...BATCH_NORMS,
  ...POOLS,
  ...SHAPES,
  ...FUNCTIONS,
  linear: ({ e, operator, inputs, outputs }) =>
    void e.node('Gemm', inputs, { integers: { transB: Number(operator.attributes.transposeB ?? false) } }, outputs[0]),
  add: direct('Add'),
  multiply: direct('Mul'),
  scale: ({ e, operator, inputs, outputs }) =>
    void e.node('Mul', [inputs[0], e.scalar(operator.attributes.alpha ?? 1)], {}, outputs[0]),
  gather,
  scatterRows,
  split,
  concat: ({ e, operator, inputs, outputs }) =>
    void e.node('Concat', inputs, { integers: { axis: operator.attributes.axis ?? 0 } }, outputs[0]),
  reshape,
  transpose: ({ e, operator, inputs, outputs }) =>
    void e.node('Transpose', inputs, { integers: { perm: operator.attributes.permutation ?? [] } }, outputs[0]),
  shift,
  swapHalves,
  activation: ({ e, operator, inputs, outputs }) => emitActivation(e, operator.attributes, inputs[0], outputs[0]),
  activationGradient: ({ e, operator, inputs, outputs }) =>
    emitActivationGradient(e, operator.attributes, inputs, outputs[0]),
  normalize,
  normalizeGradient,
  softmax,
  softmaxGradient,
  loss: ({ e, operator, inputs, outputs, shapes }) =>
    emitLoss(e, operator.attributes, inputs, matrixOf(shapes[0]), outputs),
  lossGradient: ({ e, operator, inputs, outputs, shapes }) =>
    emitLossGradient(e, operator.attributes, inputs, matrixOf(shapes[0]), outputs[0]),
  mean: ({ e, inputs, outputs }) =>
    void e.node('ReduceMean', [inputs[0], e.integers([-1])], { integers: { keepdims: 0 } }, outputs[0]),
  columnSum,
};
