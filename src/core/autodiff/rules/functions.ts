import { functionNamed } from '../../graph/functions.ts';
import type { ElementFunction } from '../../graph/functions.ts';
import type { OperatorKind, TensorId } from '../../graph/types.ts';
import { unbroadcast } from './rule.ts';
import type { Rule, RuleContext } from './rule.ts';

/** dx of y = f(x), from dy, x and y; undefined where the function has no slope but zero. */
type Slope = (context: RuleContext, dy: TensorId, x: TensorId, y: TensorId) => TensorId;

const unary = ({ builder }: RuleContext, name: ElementFunction, x: TensorId): TensorId =>
  builder.add('unary', [x], { function: name });
const product = ({ builder }: RuleContext, a: TensorId, b: TensorId): TensorId => builder.add('multiply', [a, b]);
const quotient = ({ builder }: RuleContext, a: TensorId, b: TensorId): TensorId =>
  builder.add('binary', [a, b], { function: 'divide' });
const scaled = ({ builder }: RuleContext, x: TensorId, alpha: number): TensorId => builder.add('scale', [x], { alpha });
const number = ({ builder }: RuleContext, value: number): TensorId =>
  builder.constant(`slope ${value}`, [1], Float32Array.of(value));
/** 1 + alpha x^2 */
const onePlusSquare = (context: RuleContext, x: TensorId, alpha: number): TensorId =>
  context.builder.add('add', [scaled(context, product(context, x, x), alpha), number(context, 1)]);
const overRoot = (context: RuleContext, dy: TensorId, x: TensorId): TensorId =>
  quotient(context, dy, unary(context, 'sqrt', x));

const SLOPES: Readonly<Partial<Record<ElementFunction, Slope>>> = {
  exp: (c, dy, _, y) => product(c, dy, y),
  log: (c, dy, x) => quotient(c, dy, x),
  sqrt: (c, dy, _, y) => quotient(c, scaled(c, dy, 0.5), y),
  reciprocal: (c, dy, _, y) => scaled(c, product(c, dy, product(c, y, y)), -1),
  abs: (c, dy, x) => product(c, dy, unary(c, 'sign', x)),
  sin: (c, dy, x) => product(c, dy, unary(c, 'cos', x)),
  cos: (c, dy, x) => scaled(c, product(c, dy, unary(c, 'sin', x)), -1),
  tan: (c, dy, _, y) => product(c, dy, onePlusSquare(c, y, 1)),
  asin: (c, dy, x) => overRoot(c, dy, onePlusSquare(c, x, -1)),
  acos: (c, dy, x) => scaled(c, overRoot(c, dy, onePlusSquare(c, x, -1)), -1),
  atan: (c, dy, x) => quotient(c, dy, onePlusSquare(c, x, 1)),
  sinh: (c, dy, x) => product(c, dy, unary(c, 'cosh', x)),
  cosh: (c, dy, x) => product(c, dy, unary(c, 'sinh', x)),
  asinh: (c, dy, x) => overRoot(c, dy, onePlusSquare(c, x, 1)),
  acosh: (c, dy, x) => overRoot(c, dy, c.builder.add('add', [product(c, x, x), number(c, -1)])),
  atanh: (c, dy, x) => quotient(c, dy, onePlusSquare(c, x, -1)),
  erf: (c, dy, x) => {
    const density = unary(c, 'exp', scaled(c, product(c, x, x), -1));
    return scaled(c, product(c, dy, density), 2 / Math.sqrt(Math.PI));
  },
  clip: (c, dy, x) => {
    const { minimum = -Infinity, maximum = Infinity } = c.operator.attributes;
    const inside = (name: ElementFunction, bound: number): TensorId[] =>
      Number.isFinite(bound) ? [c.builder.add('binary', [x, number(c, bound)], { function: name })] : [];
    return [...inside('greater-equal', minimum), ...inside('less-equal', maximum)].reduce(
      (d, is) => product(c, d, is),
      dy,
    );
  },
};

/** Steps such as `floor` and `sign` let no gradient through. */
const unaryRule: Rule = (context) => {
  const { operator, gradients } = context;
  const slope = SLOPES[functionNamed(operator.attributes.function)!];
  return [slope?.(context, gradients[0]!, operator.inputs[0], operator.outputs[0])];
};

/** Gradients of both operands, in the shape of the result. */
type Slopes = (context: RuleContext, dy: TensorId, a: TensorId, b: TensorId, y: TensorId) => (() => TensorId)[];

/** Of equal operands the first is the extreme, so that the gradient goes one way. */
const extreme =
  (name: ElementFunction): Slopes =>
  (c, dy, a, b) => {
    const isFirst = c.builder.add('binary', [a, b], { function: name });
    return [() => product(c, dy, isFirst), () => product(c, dy, unary(c, 'not', isFirst))];
  };

const BINARY_SLOPES: Readonly<Partial<Record<ElementFunction, Slopes>>> = {
  divide: (c, dy, _, b, y) => [() => quotient(c, dy, b), () => scaled(c, quotient(c, product(c, dy, y), b), -1)],
  power: (c, dy, a, b, y) => [
    () => {
      const lower = c.builder.add('add', [b, number(c, -1)]);
      return product(c, dy, product(c, b, c.builder.add('binary', [a, lower], { function: 'power' })));
    },
    () => product(c, dy, product(c, y, unary(c, 'log', a))),
  ],
  maximum: extreme('greater-equal'),
  minimum: extreme('less-equal'),
};

const binaryRule: Rule = (context) => {
  const { builder, operator, gradients, wants } = context;
  const [a, b] = operator.inputs;
  const slopes = BINARY_SLOPES[functionNamed(operator.attributes.function)!];
  const each = slopes?.(context, gradients[0]!, a, b, operator.outputs[0]) ?? [];
  return each.map((make, index) =>
    wants(index) ? unbroadcast(context, make(), builder.shapeOf(operator.inputs[index])) : undefined,
  );
};

const select: Rule = (context) => {
  const { builder, operator, gradients, wants } = context;
  const [condition] = operator.inputs;
  const nothing = number(context, 0);
  const of = (index: number, operands: readonly TensorId[]): TensorId | undefined =>
    wants(index)
      ? unbroadcast(context, builder.add('select', [condition, ...operands]), builder.shapeOf(operator.inputs[index]))
      : undefined;
  return [undefined, of(1, [gradients[0]!, nothing]), of(2, [nothing, gradients[0]!])];
};

/** Functions of elements. */
export const FUNCTION_RULES: Readonly<Partial<Record<OperatorKind, Rule>>> = {
  unary: unaryRule,
  binary: binaryRule,
  select,
};
