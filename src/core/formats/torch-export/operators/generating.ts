import type { Value } from '../../nodes/context.ts';
import type { AtenArguments } from '../arguments.ts';
import { tensorValue } from './values.ts';
import type { AtenTable } from './values.ts';

/** A tensor that depends on no weight. */
const generated =
  (shapeOf: (a: AtenArguments) => readonly number[], name: string) =>
  (a: AtenArguments): Value[] =>
    tensorValue(a.context.add('generate', [], { shape: shapeOf(a), function: name }));

const named = (names: string, shapeOf: (a: AtenArguments) => readonly number[]): AtenTable =>
  Object.fromEntries(names.split(' ').map((name) => [name, generated(shapeOf, name)]));

function arange(a: AtenArguments): Value[] {
  const [start, step] = [a.number('start', 0), a.number('step', 1)];
  const shape = [Math.max(0, Math.ceil((a.number('end', 0) - start) / step))];
  return tensorValue(a.context.add('generate', [], { shape, function: 'range', starts: [start], steps: [step] }));
}

/** One number everywhere. */
const filled =
  (shapeOf: (a: AtenArguments) => readonly number[], name: string, argument: string) =>
  (a: AtenArguments): Value[] =>
    tensorValue(a.context.add('generate', [], { shape: shapeOf(a), function: name, values: [a.number(argument, 0)] }));

const sizeArgument = (a: AtenArguments): readonly number[] => a.numbers('size', []);

function oneHotShape(a: AtenArguments): number[] {
  const classes = a.number('num_classes', -1);
  if (classes < 0) throw a.context.refusal('its number of classes is computed from the data');
  return [...a.shape('self'), classes];
}

/** Differences of neighbours, `n` times over; what is put before and after counts along. */
function diffShape(a: AtenArguments): number[] {
  const shape = [...a.shape('self')];
  const axis = a.axis('dim', shape.length, -1);
  for (const name of ['prepend', 'append']) if (a.has(name)) shape[axis] += a.shape(name)[axis];
  shape[axis] -= a.number('n', 1);
  return shape;
}

export const GENERATING: AtenTable = {
  ...named('zeros ones empty rand randn randint new_zeros new_ones new_empty normal', sizeArgument),
  ...named('zeros_like ones_like empty_like rand_like randn_like randint_like bernoulli multinomial argsort', (a) =>
    a.shape('self'),
  ),
  ...named('linspace logspace', (a) => [a.number('steps', 1)]),
  full: filled(sizeArgument, 'full', 'fill_value'),
  new_full: filled(sizeArgument, 'new_full', 'fill_value'),
  full_like: filled((a) => a.shape('self'), 'full_like', 'fill_value'),
  scalar_tensor: filled(() => [], 'constant', 's'),
  arange,
  eye: generated((a) => [a.number('n', 1), a.number('m', a.number('n', 1))], 'eye'),
  one_hot: generated(oneHotShape, 'one hot'),
  diff: generated(diffShape, 'diff'),
};
