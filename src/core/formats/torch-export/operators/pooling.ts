import type { Value } from '../../nodes/context.ts';
import type { AtenArguments } from '../arguments.ts';
import { tensorValue } from './values.ts';
import type { AtenTable } from './values.ts';

type Pool = 'max' | 'average';

const pooling =
  (pool: Pool, axes: number) =>
  (a: AtenArguments): Value[] => {
    const window = a.perAxis('kernel_size', axes, 1);
    const given = a.numbers('stride', []);
    const strides = given.length > 0 ? a.perAxis('stride', axes, 1) : window;
    const padding = a.perAxis('padding', axes, 0).map((zeros) => [zeros, zeros] as const);
    const dilations = a.perAxis('dilation', axes, 1);
    const attributes = { pool, window, strides, padding, dilations, ceil: a.boolean('ceil_mode') };
    return tensorValue(a.context.add('pool', [a.tensor(a.has('self') ? 'self' : 'input')], attributes));
  };

/** An output of 1 is a mean (or maximum) of all; other sizes are windows of equal or nearly equal parts. */
const adaptive =
  (pool: Pool, axes: number) =>
  (a: AtenArguments): Value[] => {
    const { context } = a;
    const shape = a.shape('self');
    const sizes = a.perAxis('output_size', axes, 1);
    const spatial = Array.from({ length: axes }, (_, index) => shape.length - axes + index);
    const x = a.tensor('self');
    if (sizes.every((size) => size === 1)) {
      const reduction = pool === 'max' ? 'max' : 'mean';
      return tensorValue(context.add('reduce', [x], { axes: spatial, keepAxes: true, reduction, adaptive: true }));
    }
    const extents = spatial.map((axis) => shape[axis]);
    const strides = extents.map((extent, axis) => Math.max(1, Math.floor(extent / sizes[axis])));
    const window = extents.map((extent, axis) => extent - (sizes[axis] - 1) * strides[axis]);
    if (window.every((width) => width >= 1))
      return tensorValue(context.add('pool', [x], { pool, window, strides, adaptive: true }));
    return tensorValue(context.add('resize', [x], { sizes, pool, adaptive: true }));
  };

const reduction =
  (kind: 'mean' | 'max' | 'min' | 'sum' | 'product' | 'any') =>
  (a: AtenArguments): Value[] => {
    const rank = a.shape('self').length;
    const given = a.numbers('dim', []);
    const axes = given.length > 0 ? given : Array.from({ length: rank }, (_, axis) => axis);
    const attributes = { axes, keepAxes: a.boolean('keepdim'), reduction: kind };
    const y = a.context.add('reduce', [a.tensor('self')], attributes);
    return tensorValue(y, y);
  };

/** Along an axis, or of two tensors. */
const extreme =
  (kind: 'max' | 'min') =>
  (a: AtenArguments): Value[] =>
    a.has('other')
      ? tensorValue(a.context.add('binary', [a.tensor('self'), a.tensor('other')], { function: kind }))
      : reduction(kind)(a);

export const POOLING: AtenTable = {
  max_pool1d: pooling('max', 1),
  max_pool2d: pooling('max', 2),
  max_pool3d: pooling('max', 3),
  max_pool2d_with_indices: pooling('max', 2),
  avg_pool1d: pooling('average', 1),
  avg_pool2d: pooling('average', 2),
  avg_pool3d: pooling('average', 3),
  adaptive_avg_pool1d: adaptive('average', 1),
  adaptive_avg_pool2d: adaptive('average', 2),
  _adaptive_avg_pool2d: adaptive('average', 2),
  adaptive_avg_pool3d: adaptive('average', 3),
  adaptive_max_pool1d: adaptive('max', 1),
  adaptive_max_pool2d: adaptive('max', 2),
  adaptive_max_pool3d: adaptive('max', 3),
  mean: reduction('mean'),
  sum: reduction('sum'),
  prod: reduction('product'),
  amax: reduction('max'),
  amin: reduction('min'),
  max: extreme('max'),
  min: extreme('min'),
  any: reduction('any'),
  all: reduction('any'),
  argmax: reduction('max'),
  argmin: reduction('min'),
  logsumexp: reduction('sum'),
  var: reduction('mean'),
  std: reduction('mean'),
  norm: reduction('sum'),
  linalg_vector_norm: reduction('sum'),
};
