import { broadcast } from '../../../graph/shapes.ts';
import type { Value } from '../../nodes/context.ts';
import type { AtenArguments } from '../arguments.ts';
import { tensorValue } from './values.ts';
import type { AtenTable } from './values.ts';

/** Elements named one by one: the result has the shape of the indices. */
function gather(a: AtenArguments): Value[] {
  const name = a.has('index') ? 'index' : 'indices';
  return tensorValue(a.context.picked(a.index('self'), a.shape(name)));
}

function indexSelect(a: AtenArguments): Value[] {
  const axis = a.axis('dim', a.shape('self').length, 0);
  return tensorValue(a.context.add('gather', [a.tensor('self'), a.tensor('index')], { axis }));
}

/**
 * x[.., rows, columns, ..]: tensors of indices replace the axes that they stand for by their common shape, which comes first where axes
 * without indices stand between them.
 */
function index(a: AtenArguments): Value[] {
  const shape = a.shape('self');
  const given = a.indices('indices');
  const places = given.flatMap((input, axis) => (a.context.has(input) ? [axis] : []));
  const [at] = places;
  if (places.length === 1)
    return tensorValue(a.context.add('gather', [a.tensor('self'), a.context.tensor(given[at])], { axis: at }));
  const common = places.map((axis) => a.context.shape(given[axis])).reduce((x, y) => broadcast(x, y));
  const rest = shape.filter((_, axis) => !places.includes(axis));
  const isTogether = places.at(-1)! - at === places.length - 1;
  const before = isTogether ? at : 0;
  const target = [...rest.slice(0, before), ...common, ...rest.slice(before)];
  return tensorValue(a.context.add('generate', [], { shape: target, function: 'index' }));
}

/** The largest or smallest along an axis and their places. */
function topk(a: AtenArguments): Value[] {
  const shape = a.shape('self');
  const axis = a.axis('dim', shape.length, -1);
  const count = a.has('k') ? a.number('k', 1) : shape[axis];
  const kept = shape.map((extent, i) => (i === axis ? count : extent));
  const places = a.context.add('generate', [], { shape: kept, function: 'indices' });
  return tensorValue(a.context.picked(a.index('self'), kept), places);
}

/** A tensor of which some elements are replaced: it keeps its shape. */
const written = (a: AtenArguments): Value[] =>
  tensorValue(a.context.add('unary', [a.tensor('self')], { function: a.context.node.type }));

const WRITING =
  'scatter scatter_add scatter_reduce index_add index_copy index_fill index_put masked_scatter slice_scatter select_scatter copy';

export const INDEXING: AtenTable = {
  ...Object.fromEntries(WRITING.split(' ').map((name) => [name, written])),
  gather,
  take_along_dim: gather,
  index_select: indexSelect,
  index,
  topk,
  sort: topk,
};
