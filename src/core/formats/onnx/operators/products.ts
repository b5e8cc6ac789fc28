import { sizeOf } from '../../../graph/shapes.ts';
import type { Padding, TensorId } from '../../../graph/types.ts';
import type { Value } from '../../nodes/context.ts';
import type { OnnxArguments } from '../arguments.ts';
import { tensorValue } from './values.ts';
import type { OnnxTable } from './values.ts';

function padding(a: OnnxArguments, axes: number): Padding {
  const mode = a.text('auto_pad', 'NOTSET');
  if (mode === 'SAME_UPPER' || mode === 'SAME_LOWER') return 'same';
  const pads = a.list('pads') ?? [];
  return Array.from({ length: axes }, (_, axis) => [pads[axis] ?? 0, pads[axis + axes] ?? 0] as const);
}

export { padding as paddingOf };

function steps(a: OnnxArguments): { strides?: readonly number[]; dilations?: readonly number[]; groups: number } {
  const [strides, dilations] = [a.list('strides'), a.list('dilations')];
  return { ...(strides ? { strides } : {}), ...(dilations ? { dilations } : {}), groups: a.int('group', 1) };
}

function operands(a: OnnxArguments): TensorId[] {
  const inputs = [a.tensor(0), a.tensor(1, { role: 'matrix' })];
  if (a.has(2)) inputs.push(a.tensor(2));
  return inputs;
}

function conv(a: OnnxArguments): Value[] {
  const attributes = { ...steps(a), padding: padding(a, a.shape(1).length - 2), filters: 'out-in-spatial' as const };
  return tensorValue(a.context.add('convolution', operands(a), attributes));
}

function convTranspose(a: OnnxArguments): Value[] {
  const outputPadding = a.list('output_padding');
  const attributes = {
    ...steps(a),
    padding: padding(a, a.shape(1).length - 2),
    filters: 'in-out-spatial' as const,
    ...(outputPadding ? { outputPadding } : {}),
  };
  return tensorValue(a.context.add('transposedConvolution', operands(a), attributes));
}

/** alpha A' B' + beta C. A weight as A is a product of the other two transposed, which the family of models does not use. */
function gemm(a: OnnxArguments): Value[] {
  const { context } = a;
  const x = a.tensor(0, { role: 'matrix' });
  const rows = a.int('transA', 0) ? context.add('transpose', [x], { permutation: [1, 0] }) : x;
  const isTransposed = a.int('transB', 0) !== 0;
  const weight = a.tensor(1, { role: 'matrix', fanIn: a.shape(1)[isTransposed ? 1 : 0] });
  const inputs = a.has(2) ? [rows, weight, a.tensor(2)] : [rows, weight];
  return tensorValue(context.add('linear', inputs, { transposeB: isTransposed }));
}

/** Products of any ranks: a vector counts as a matrix with one row or column. */
function matmul(a: OnnxArguments): Value[] {
  const { context } = a;
  const [x, y] = [a.shape(0), a.shape(1)];
  if (x.length >= 2 && y.length === 2) {
    const weight = a.tensor(1, { role: 'matrix', fanIn: y[0] });
    return tensorValue(context.add('linear', [a.tensor(0, { role: 'matrix' }), weight]));
  }
  const left = x.length === 1 ? context.reshape(a.tensor(0), [1, x[0]]) : a.tensor(0, { role: 'matrix' });
  const right = y.length === 1 ? context.reshape(a.tensor(1), [y[0], 1]) : a.tensor(1, { role: 'matrix' });
  const product = context.add('matmul', [left, right]);
  if (x.length > 1 && y.length > 1) return tensorValue(product);
  const shape = context.shapeOf(product);
  const kept = [
    ...shape.slice(0, -2),
    ...(x.length > 1 ? [shape.at(-2)!] : []),
    ...(y.length > 1 ? [shape.at(-1)!] : []),
  ];
  return tensorValue(context.reshape(product, kept));
}

function fusedMatmul(a: OnnxArguments): Value[] {
  const [transposeA, transposeB] = [a.int('transA', 0) !== 0, a.int('transB', 0) !== 0];
  const inputs = [a.tensor(0, { role: 'matrix' }), a.tensor(1, { role: 'matrix' })];
  return tensorValue(a.context.add('matmul', inputs, { transposeA, transposeB }));
}

function einsum(a: OnnxArguments): Value[] {
  const tensors = a.context.node.inputs.map((_, index) => a.tensor(index, { role: 'matrix' }));
  return tensorValue(a.context.add('einsum', tensors, { equation: a.text('equation', '') }));
}

/** [batch, heads, tokens, size], or [batch, tokens, heads * size] with the counts of heads as attributes (opset 23). */
function attention(a: OnnxArguments): Value[] {
  const { context } = a;
  const byHead = (index: number, heads: number): TensorId => {
    const shape = a.shape(index);
    if (shape.length === 4) return a.tensor(index);
    const apart = context.reshape(a.tensor(index), [shape[0], shape[1], heads, shape[2] / heads]);
    return context.add('transpose', [apart], { permutation: [0, 2, 1, 3] });
  };
  const heads = a.int('q_num_heads', 1);
  const keyHeads = a.int('kv_num_heads', heads);
  const inputs = [byHead(0, heads), byHead(1, keyHeads), byHead(2, keyHeads)];
  if (a.has(3)) inputs.push(a.tensor(3));
  const y = context.add('attention', inputs, {
    causal: a.int('is_causal', 0) !== 0,
    ...(a.int('scale', 0) > 0 ? { alpha: a.int('scale', 0) } : {}),
    ...(a.int('softcap', 0) > 0 ? { softcap: a.int('softcap', 0) } : {}),
  });
  if (a.shape(0).length === 4) return tensorValue(y);
  const shape = context.shapeOf(y);
  const together = context.add('transpose', [y], { permutation: [0, 2, 1, 3] });
  return tensorValue(context.reshape(together, [shape[0], shape[2], shape[1] * shape[3]]));
}

/** States that cells begin with: of another number of cells zeros alone are known, and those a file need not hold. */
function wantZeroStates({ context }: OnnxArguments): void {
  for (const index of [5, 6].filter((one) => context.has(one)))
    if (!context.known(index)?.values.every((value) => value === 0))
      throw context.refusal('its first state does not follow its width');
}

/** x is [tokens, batch, k]; Y is [tokens, directions, batch, hidden]. */
function recurrent(cell: 'lstm' | 'gru' | 'rnn') {
  return (a: OnnxArguments): Value[] => {
    const { context } = a;
    const [directions, , width] = a.shape(1);
    const hidden = a.int('hidden_size', a.shape(2)[2]);
    if (context.node.overrides) wantZeroStates(a);
    const batchFirst = a.int('layout', 0) !== 0;
    const x = batchFirst ? a.tensor(0) : context.add('transpose', [a.tensor(0)], { permutation: [1, 0, 2] });
    const weights = [a.tensor(1, { role: 'matrix', fanIn: width }), a.tensor(2, { role: 'matrix', fanIn: hidden })];
    if (a.has(3)) weights.push(a.tensor(3));
    const y = context.add('recurrent', [x, ...weights], { cell, hidden, directions, sequence: true });
    const [batch, tokens] = context.shapeOf(y);
    const apart = context.reshape(y, [batch, tokens, directions, hidden]);
    const permutation = batchFirst ? [0, 1, 2, 3] : [1, 2, 0, 3];
    const state = context.add('generate', [], {
      shape: batchFirst ? [batch, directions, hidden] : [directions, batch, hidden],
      function: 'last state',
    });
    return tensorValue(context.add('transpose', [apart], { permutation }), state, state);
  };
}

function gather(a: OnnxArguments): Value[] {
  const axis = a.axis(0, a.shape(0).length);
  return tensorValue(a.context.add('gather', [a.tensor(0, { role: 'embedding' }), a.tensor(1)], { axis }));
}

/** Weights kept in 8 bits count as they stand; a scale for each channel counts as nothing. */
function dequantize(a: OnnxArguments): Value[] {
  const x = a.tensor(0, { role: sizeOf(a.shape(0)) > 1 && a.shape(0).length > 1 ? 'matrix' : 'bias' });
  return tensorValue(a.context.add('unary', [x], { function: 'dequantize' }));
}

export const PRODUCTS: OnnxTable = {
  Conv: conv,
  ConvTranspose: convTranspose,
  Gemm: gemm,
  MatMul: matmul,
  'com.microsoft.FusedMatMul': fusedMatmul,
  Einsum: einsum,
  Attention: attention,
  LSTM: recurrent('lstm'),
  GRU: recurrent('gru'),
  RNN: recurrent('rnn'),
  Gather: gather,
  DequantizeLinear: dequantize,
};
