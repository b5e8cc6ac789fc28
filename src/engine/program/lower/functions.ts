import { functionNamed } from '../../../core/graph/functions.ts';
import type { ElementFunction } from '../../../core/graph/functions.ts';
import type { OperatorKind } from '../../../core/graph/types.ts';
import type { Emitter } from '../emitter.ts';
import type { Lowering } from './lowering.ts';

const FLOAT = 1;
const BOOL = 9;

/** ONNX' names of functions of one number. */
const UNARY: Readonly<Partial<Record<ElementFunction, string>>> = {
  exp: 'Exp', log: 'Log', sqrt: 'Sqrt', reciprocal: 'Reciprocal', abs: 'Abs', negate: 'Neg', sign: 'Sign',
  sin: 'Sin', cos: 'Cos', tan: 'Tan', asin: 'Asin', acos: 'Acos', atan: 'Atan', sinh: 'Sinh', cosh: 'Cosh',
  asinh: 'Asinh', acosh: 'Acosh', atanh: 'Atanh', erf: 'Erf', floor: 'Floor', ceil: 'Ceil', round: 'Round',
}; // prettier-ignore

const BINARY: Readonly<Partial<Record<ElementFunction, string>>> = {
  divide: 'Div',
  power: 'Pow',
  maximum: 'Max',
  minimum: 'Min',
};

const COMPARISONS: Readonly<Partial<Record<ElementFunction, string>>> = {
  equal: 'Equal',
  less: 'Less',
  'less-equal': 'LessOrEqual',
  greater: 'Greater',
  'greater-equal': 'GreaterOrEqual',
};

const LOGIC: Readonly<Partial<Record<ElementFunction, string>>> = { and: 'And', or: 'Or', xor: 'Xor' };

const truth = (e: Emitter, x: string): string => e.node('Cast', [x], { integers: { to: BOOL } });
const asNumber = (e: Emitter, x: string, output: string): void =>
  void e.node('Cast', [x], { integers: { to: FLOAT } }, output);

function unary({ e, operator, inputs, outputs }: Lowering): void {
  const { minimum, maximum } = operator.attributes;
  const name = functionNamed(operator.attributes.function)!;
  if (name === 'not') return asNumber(e, e.node('Not', [truth(e, inputs[0])]), outputs[0]);
  if (name === 'clip') {
    const bounds = [minimum, maximum].map((bound) =>
      bound === undefined || !Number.isFinite(bound) ? '' : e.scalar(bound),
    );
    e.node('Clip', [inputs[0], ...bounds], {}, outputs[0]);
    return;
  }
  e.node(known(UNARY[name], name), inputs, {}, outputs[0]);
}

function binary({ e, operator, inputs, outputs }: Lowering): void {
  const name = functionNamed(operator.attributes.function)!;
  const comparison = COMPARISONS[name];
  if (comparison) return asNumber(e, e.node(comparison, inputs), outputs[0]);
  if (name === 'not-equal') return asNumber(e, e.node('Not', [e.node('Equal', inputs)]), outputs[0]);
  const logic = LOGIC[name];
  if (logic)
    return asNumber(
      e,
      e.node(
        logic,
        inputs.map((x) => truth(e, x)),
      ),
      outputs[0],
    );
  e.node(known(BINARY[name], name), inputs, {}, outputs[0]);
}

function known(type: string | undefined, name: string): string {
  if (type === undefined) throw new Error(`internal: the form left the function '${name}'`);
  return type;
}

const select = ({ e, inputs: [condition, a, b], outputs }: Lowering): void =>
  void e.node('Where', [truth(e, condition), a, b], {}, outputs[0]);

/** Functions of elements. */
export const FUNCTIONS: Readonly<Partial<Record<OperatorKind, (lowering: Lowering) => void>>> = {
  unary,
  binary,
  select,
};
