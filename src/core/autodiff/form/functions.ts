import { functionNamed } from '../../graph/functions.ts';
import type { ElementFunction } from '../../graph/functions.ts';
import { generated } from '../../graph/generated.ts';
import { rotaryTables } from '../../graph/positions.ts';
import type { Attributes, Graph, Operator, OperatorKind, TensorId } from '../../graph/types.ts';
import { ShapeError } from '../../graph/shapes.ts';
import { IsoflopError } from '../../terms/errors.ts';
import { rewriteDropout } from './dropout.ts';
import { alongImage, rewriteElementwise } from './elementwise.ts';
import type { Rewriting } from './rewriting.ts';

export const cannotRun = ({ kind, attributes, layer }: Operator): IsoflopError => {
  const what = attributes.function === undefined ? kind : `${kind} (${attributes.function})`;
  return new IsoflopError('unavailable', `the built-in engine does not run the operator '${what}'`, {
    path: `layer '${layer}'`,
    hint: 'Train the model with a program of your own.',
  });
};

/** How a function is written with others. `x` and what is made of it stand as they are. */
type Composition = (form: Rewriting, x: TensorId, attributes: Attributes) => TensorId;

const unary = (form: Rewriting, name: ElementFunction, x: TensorId): TensorId =>
  form.add('unary', [x], { function: name });
const plus = (form: Rewriting, x: TensorId, value: number): TensorId =>
  form.add('add', [x, form.constant(`number ${value}`, [1], value)]);
const times = (form: Rewriting, x: TensorId, alpha: number): TensorId => form.add('scale', [x], { alpha });
const activation = (form: Rewriting, x: TensorId, kind: Attributes['activation']): TensorId =>
  form.add('activation', [x], { activation: kind });

/** Smallest deviation that is a divisor, as in Keras' Normalization. */
const SMALLEST_DEVIATION = 1e-7;

/** Smallest length that a vector is divided by, as in Keras. */
const SHORTEST = 1e-12;

const COMPOSED: Readonly<Partial<Record<ElementFunction, Composition>>> = {
  identity: (_, x) => x,
  exp2: (form, x) => unary(form, 'exp', times(form, x, Math.LN2)),
  expm1: (form, x) => plus(form, unary(form, 'exp', x), -1),
  log2: (form, x) => times(form, unary(form, 'log', x), Math.LOG2E),
  log10: (form, x) => times(form, unary(form, 'log', x), Math.LOG10E),
  log1p: (form, x) => unary(form, 'log', plus(form, x, 1)),
  'reciprocal-sqrt': (form, x) => unary(form, 'reciprocal', unary(form, 'sqrt', x)),
  square: (form, x) => form.add('multiply', [x, x]),
  negate: (form, x) => times(form, x, -1),
  softsign: (form, x) => form.add('binary', [x, plus(form, unary(form, 'abs', x), 1)], { function: 'divide' }),
  'tanh-shrink': (form, x) => form.add('add', [x, times(form, activation(form, x, 'tanh'), -1)]),
  'log-sigmoid': (form, x) => times(form, activation(form, times(form, x, -1), 'softplus'), -1),
  softcap: (form, x, { softcap = 1 }) => times(form, activation(form, times(form, x, 1 / softcap), 'tanh'), softcap),
};

/** Of whole vectors along the last axis. */
const COMPOSED_ROWS: Readonly<Partial<Record<ElementFunction, Composition>>> = {
  rotary: rotate,
  standardize: standardized,
  'log-softmax': (form, x) => {
    const total = form.add('reduce', [unary(form, 'exp', centred(form, x))], {
      reduction: 'sum',
      axes: [form.shapeOf(x).length - 1],
      keepAxes: true,
    });
    return form.add('add', [centred(form, x), times(form, unary(form, 'log', total), -1)]);
  },
  'unit-norm': (form, x) => {
    const axes = [form.shapeOf(x).length - 1];
    const squares = form.add('reduce', [form.add('multiply', [x, x])], { reduction: 'sum', axes, keepAxes: true });
    const length = unary(form, 'sqrt', form.add('unary', [squares], { function: 'clip', minimum: SHORTEST }));
    return form.add('binary', [x, length], { function: 'divide' });
  },
};

/** By means, then variances, one for each cell of the last axis. */
function standardized(form: Rewriting, x: TensorId, { values = [] }: Attributes): TensorId {
  const width = form.shapeOf(x).at(-1)!;
  if (values.length !== 2 * width) throw new ShapeError(`${values.length / 2} means do not fit [${form.shapeOf(x)}]`);
  const all = Array.from(values);
  const name = `mean ${x}`;
  const mean = form.builder.constant(
    name,
    [width],
    Float32Array.from(all.slice(0, width), (value) => -value),
  );
  const factors = all.slice(width).map((variance) => 1 / Math.max(SMALLEST_DEVIATION, Math.sqrt(variance)));
  const factor = form.builder.constant(`${name} factor`, [width], Float32Array.from(factors));
  return form.add('multiply', [form.add('add', [x, mean]), factor]);
}

/** x minus its largest, so that no power overflows. */
function centred(form: Rewriting, x: TensorId): TensorId {
  const largest = form.add('reduce', [x], { reduction: 'max', axes: [form.shapeOf(x).length - 1], keepAxes: true });
  return form.add('add', [x, times(form, largest, -1)]);
}

/** x cos + swapHalves(x) sin of the first cells of each head [..., tokens, size] (Su et al. 2021), halves paired as in LLaMA. */
function rotate(form: Rewriting, x: TensorId, { base = 10_000, rotated }: Attributes): TensorId {
  const shape = form.shapeOf(x);
  const axis = shape.length - 1;
  const [tokens, size] = shape.slice(-2);
  const turned = rotated ?? size;
  if (turned === 0) return x;
  const [part, ...rest] =
    turned === size ? [x] : form.builder.addAll('split', [x], { axis, sizes: [turned, size - turned] });
  const name = `rotary ${tokens} ${turned} ${base}`;
  const cosine = form.shared(`${name} cosine`, [tokens, turned], () => rotaryTables(tokens, turned, base).cosine);
  const sine = form.shared(`${name} sine`, [tokens, turned], () => rotaryTables(tokens, turned, base).sine);
  const y = form.add('add', [
    form.add('multiply', [part, cosine]),
    form.add('multiply', [form.add('swapHalves', [part]), sine]),
  ]);
  return rest.length === 0 ? y : form.add('concat', [y, ...rest], { axis });
}

/** A function of one operand, or of one and a number. */
export function rewriteUnary(form: Rewriting, operator: Operator): void {
  const { inputs, outputs, attributes } = operator;
  const name = functionNamed(attributes.function);
  if (name === undefined) throw cannotRun(operator);
  if (name === 'dropout' || name === 'stochastic-depth') return rewriteDropout(form, operator);
  const ofRows = COMPOSED_ROWS[name];
  if (ofRows) {
    form.place(outputs[0], ofRows(form, form.plain(inputs[0]), attributes));
    return;
  }
  const isImage = form.isChannelsFirst(inputs[0]);
  const x = isImage ? form.channelsFirst(inputs[0]) : form.plain(inputs[0]);
  const composed = COMPOSED[name];
  if (attributes.value !== undefined) form.place(outputs[0], withNumber(form, operator, name, x), isImage);
  else if (composed) form.place(outputs[0], composed(form, x, attributes), isImage);
  else if (OF_TWO.has(name)) throw cannotRun(operator);
  else form.place(outputs[0], form.add('unary', [x], { ...attributes, function: name }), isImage);
}

/** Functions of two operands: with one of them missing they cannot run. */
const OF_TWO = new Set<ElementFunction>([
  ...(['add', 'multiply', 'subtract', 'divide', 'power', 'maximum', 'minimum', 'equal', 'not-equal'] as const),
  ...(['less', 'less-equal', 'greater', 'greater-equal', 'and', 'or', 'xor', 'floor-divide'] as const),
  ...(['divide-by-deviation', 'prelu'] as const),
]);

function withNumber(form: Rewriting, operator: Operator, name: ElementFunction, x: TensorId): TensorId {
  const { value = 0, reverse = false } = operator.attributes;
  if (!OF_TWO.has(name)) throw cannotRun(operator);
  if (name === 'power' && !reverse && value === 2) return form.add('multiply', [x, x]);
  if (name === 'multiply') return times(form, x, value);
  if (name === 'divide' && !reverse) return times(form, x, 1 / value);
  const number = form.constant(`number ${value}`, [1], value);
  return combined(form, name, reverse ? [number, x] : [x, number]);
}

/** A function of two operands by those that have derivatives. */
function combined(form: Rewriting, name: ElementFunction, [a, b]: readonly TensorId[]): TensorId {
  const of = (how: ElementFunction, ...operands: TensorId[]): TensorId =>
    form.add('binary', operands, { function: how });
  switch (name) {
    case 'add':
    case 'multiply':
      return form.add(name, [a, b]);
    case 'subtract':
      return form.add('add', [a, times(form, b, -1)]);
    case 'floor-divide':
      return unary(form, 'floor', of('divide', a, b));
    case 'divide-by-deviation': {
      const deviation = form.add('unary', [unary(form, 'sqrt', b)], { function: 'clip', minimum: SMALLEST_DEVIATION });
      return of('divide', a, deviation);
    }
    case 'prelu': {
      const below = form.add('unary', [a], { function: 'clip', maximum: 0 });
      return form.add('add', [activation(form, a, 'relu'), form.add('multiply', [below, b])]);
    }
    default:
      return of(name, a, b);
  }
}

export function rewriteBinary(form: Rewriting, operator: Operator): void {
  const { inputs, outputs, attributes } = operator;
  const name = functionNamed(attributes.function);
  if (name === undefined || !OF_TWO.has(name)) throw cannotRun(operator);
  const isImage = inputs.some((id) => form.isChannelsFirst(id));
  const rank = Math.max(...inputs.map((id) => form.source.tensors[id].shape.length));
  const operands = inputs.map((id) => (isImage ? alongImage(form, id, rank) : form.plain(id)));
  form.place(outputs[0], combined(form, name, operands), isImage);
}

/** An activation of a second operand has learned slopes: along the last axes, or one for each place of `axis`. */
export function rewriteActivation(form: Rewriting, operator: Operator): void {
  const { inputs, outputs, attributes } = operator;
  if (inputs.length === 1) return rewriteElementwise(form, operator);
  if (attributes.activation !== 'leaky-relu') throw cannotRun(operator);
  const [x, slopes] = inputs.map((id) => form.plain(id));
  const shape = form.shapeOf(x);
  const along = form.shapeOf(slopes);
  const spread = shape.map((extent, axis) => (axis === attributes.axis ? extent : 1));
  const isOneAxis = attributes.axis !== undefined && along.length === 1 && along[0] === shape[attributes.axis];
  form.place(outputs[0], combined(form, 'prelu', [x, isOneAxis ? form.reshape(slopes, spread) : slopes]));
}

/** Numbers that are known become a constant. */
export function rewriteGenerate(form: Rewriting, operator: Operator): void {
  const values = generated(operator.attributes);
  if (!values) throw cannotRun(operator);
  form.place(
    operator.outputs[0],
    form.builder.constant(`generated ${operator.outputs[0]}`, operator.attributes.shape!, values),
  );
}

/** Functions that answer yes or no. */
const ANSWERS = new Set<ElementFunction | undefined>([
  ...(['equal', 'not-equal', 'less', 'less-equal', 'greater', 'greater-equal', 'not', 'and', 'or', 'xor'] as const),
]);
const PASSING = new Set<OperatorKind>(['reshape', 'transpose', 'broadcast', 'slice', 'concat', 'split']);

/** Whether a tensor of the source holds answers, 0 or 1, rather than numbers. */
export function isCondition({ operators }: Graph, id: TensorId): boolean {
  let at = id;
  for (;;) {
    const maker = operators.find(({ outputs }) => outputs.includes(at));
    if (!maker) return false;
    const { kind, attributes } = maker;
    if (kind === 'unary' || kind === 'binary') return ANSWERS.has(functionNamed(attributes.function));
    if (kind === 'generate') return isAnswers(attributes.values);
    if (!PASSING.has(kind)) return false;
    [at] = maker.inputs;
  }
}

const isAnswers = (values: ArrayLike<number> | undefined): boolean =>
  values !== undefined && values.length > 1 && Array.from(values).every((value) => value === 0 || value === 1);
