import type { Value } from '../../nodes/context.ts';
import type { OnnxArguments } from '../arguments.ts';
import { paddingOf } from './products.ts';
import { tensorValue } from './values.ts';
import type { OnnxTable } from './values.ts';

function pooling(pool: 'max' | 'average') {
  return (a: OnnxArguments): Value[] => {
    const window = a.list('kernel_shape') ?? [];
    const [strides, dilations] = [a.list('strides'), a.list('dilations')];
    const attributes = {
      pool,
      window,
      padding: paddingOf(a, window.length),
      ceil: a.int('ceil_mode', 0) !== 0,
      ...(strides ? { strides } : {}),
      ...(dilations ? { dilations } : {}),
    };
    return tensorValue(a.context.add('pool', [a.tensor(0)], attributes));
  };
}

function global(reduction: 'mean' | 'max') {
  return (a: OnnxArguments): Value[] => {
    const axes = a
      .shape(0)
      .slice(2)
      .map((_, index) => index + 2);
    return tensorValue(a.context.add('reduce', [a.tensor(0)], { axes, keepAxes: true, reduction, adaptive: true }));
  };
}

/** Axes in an attribute, or from opset 13 or 18 on in an input; none means all. */
function reduction(kind: 'mean' | 'max' | 'min' | 'sum' | 'product') {
  return (a: OnnxArguments): Value[] => {
    const given = a.numbers('axes', 1) ?? [];
    if (given.length === 0 && a.int('noop_with_empty_axes', 0) !== 0) return [a.context.value(0)];
    const axes = given.length > 0 ? given : a.shape(0).map((_, axis) => axis);
    const keepAxes = a.int('keepdims', 1) !== 0;
    return tensorValue(a.context.add('reduce', [a.tensor(0)], { axes, keepAxes, reduction: kind }));
  };
}

function arg(a: OnnxArguments): Value[] {
  const axes = [a.axis(0, a.shape(0).length)];
  const keepAxes = a.int('keepdims', 1) !== 0;
  return tensorValue(a.context.add('reduce', [a.tensor(0)], { axes, keepAxes, reduction: 'max' }));
}

function topK(a: OnnxArguments): Value[] {
  const axis = a.axis(-1, a.shape(0).length);
  const [count] = a.context.numbers(1, 'the number of largest values');
  const shape = a.shape(0).map((extent, index) => (index === axis ? count : extent));
  return tensorValue(a.context.picked(0, shape), a.context.add('generate', [], { shape, function: 'indices' }));
}

export const POOLING: OnnxTable = {
  MaxPool: pooling('max'),
  AveragePool: pooling('average'),
  LpPool: pooling('average'),
  GlobalAveragePool: global('mean'),
  GlobalMaxPool: global('max'),
  ReduceMean: reduction('mean'),
  ReduceMax: reduction('max'),
  ReduceMin: reduction('min'),
  ReduceSum: reduction('sum'),
  ReduceProd: reduction('product'),
  ReduceL1: reduction('sum'),
  ReduceL2: reduction('sum'),
  ReduceSumSquare: reduction('sum'),
  ReduceLogSumExp: reduction('sum'),
  ReduceLogSum: reduction('sum'),
  ArgMax: arg,
  ArgMin: arg,
  TopK: topK,
};
