import type { Value } from '../../nodes/context.ts';
import type { AtenArguments } from '../arguments.ts';
import { tensorValue } from './values.ts';
import type { AtenTable } from './values.ts';

function linear(a: AtenArguments): Value[] {
  const weight = a.shape('weight');
  const inputs = [a.tensor('input'), a.tensor('weight', { role: 'matrix', fanIn: weight.at(-1)! })];
  if (a.has('bias')) inputs.push(a.tensor('bias'));
  return tensorValue(a.context.add('linear', inputs, { transposeB: true }));
}

/** Products of any ranks: a vector counts as a matrix with one row or column. */
function matmul(a: AtenArguments, first = 'self', second = 'other'): Value[] {
  const { context } = a;
  const [x, y] = [a.shape(first), a.shape(second)];
  if (x.length >= 2 && y.length === 2) {
    const weight = a.tensor(second, { role: 'matrix', fanIn: y[0] });
    return tensorValue(context.add('linear', [a.tensor(first), weight]));
  }
  const left = x.length === 1 ? context.reshape(a.tensor(first), [1, x[0]]) : a.tensor(first);
  const right = y.length === 1 ? context.reshape(a.tensor(second), [y[0], 1]) : a.tensor(second);
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

/** bias + mat1 @ mat2. */
function addmm(a: AtenArguments): Value[] {
  const [, inner] = a.shape('mat1');
  const weight = a.tensor('mat2', { role: 'matrix', fanIn: inner });
  return tensorValue(a.context.add('linear', [a.tensor('mat1'), weight, a.tensor('self')]));
}

function einsum(a: AtenArguments): Value[] {
  const tensors = a.indices('tensors').map((index) => a.context.tensor(index, { role: 'matrix' }));
  return tensorValue(a.context.add('einsum', tensors, { equation: a.text('equation', '') }));
}

function baddbmm(a: AtenArguments): Value[] {
  const product = a.context.add('matmul', [a.tensor('batch1'), a.tensor('batch2')]);
  return tensorValue(a.context.add('add', [product, a.tensor('self')]));
}

function embedding(a: AtenArguments): Value[] {
  return tensorValue(a.context.add('gather', [a.tensor('weight', { role: 'embedding' }), a.tensor('indices')]));
}

function bilinear(a: AtenArguments): Value[] {
  const weight = a.tensor('weight', { role: 'matrix' });
  const equation = '...i,oij,...j->...o';
  const y = a.context.add('einsum', [a.tensor('input1'), weight, a.tensor('input2')], { equation });
  return tensorValue(a.has('bias') ? a.context.add('add', [y, a.tensor('bias')]) : y);
}

export const PRODUCTS: AtenTable = {
  linear,
  matmul: (a) => matmul(a),
  mm: (a) => matmul(a, 'self', 'mat2'),
  bmm: (a) => matmul(a, 'self', 'mat2'),
  addmm,
  baddbmm,
  einsum,
  bilinear,
  embedding,
};
