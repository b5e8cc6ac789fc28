import { IsoflopError } from '../../../terms/errors.ts';
import type { JsonCursor } from '../../json/cursor.ts';
import type { DocumentNode } from '../../nodes/document.ts';
import { floatLiteral, typeLiteral } from './literals.ts';

/** One argument of a call as Python writes it. */
export interface TextArgument {
  /** As the operation's schema calls it. */
  readonly name: string;
  readonly text: string;
  /** Of lists: each element, undefined where it is computed when the model runs. */
  readonly elements?: readonly string[];
  readonly kind: 'tensor' | 'none' | 'other';
}

/** Where a tensor is and how numbers are laid out: a module may move, and the layout changes no number. */
const LEFT_OUT = new Set(['as_device', 'as_layout', 'as_memory_format']);
/** Settings of speed alone. */
const SPEED = new Set(['cudnn_enabled', 'cudnn_enable', 'pin_memory', 'non_blocking']);
/** Whether the model trains is the module's to say. */
const TRAINING = new Set(['train', 'training']);

/** The arguments of a node in the order of its document; `spelled` gives the expression of a tensor's name. */
export function textArguments(
  node: DocumentNode,
  source: JsonCursor,
  spelled: (name: string) => string,
): TextArgument[] {
  let place = 0;
  const next = (): string => spelled(node.inputs[place++]);
  return source
    .get('inputs')
    .items()
    .flatMap((input) => {
      const name = input.get('name').string();
      const argument = readArgument(input.get('arg'), next, node);
      if (!argument || SPEED.has(name)) return [];
      const isSwitch = TRAINING.has(name) && (argument.text === 'True' || argument.text === 'False');
      return [{ name, ...argument, ...(isSwitch ? { text: 'self.training' } : {}) }];
    });
}

const listOf = (elements: readonly string[], kind: TextArgument['kind'] = 'other'): Omit<TextArgument, 'name'> => ({
  text: `[${elements.join(', ')}]`,
  elements,
  kind,
});

function readArgument(
  cursor: JsonCursor,
  next: () => string,
  node: DocumentNode,
): Omit<TextArgument, 'name'> | undefined {
  const [tag] = cursor.keys();
  const body = cursor.get(tag);
  if (LEFT_OUT.has(tag)) return undefined;
  const symbol = (one: JsonCursor): string => (one.has('as_name') ? next() : numberText(one));
  switch (tag) {
    case 'as_tensor':
      return { text: next(), kind: 'tensor' };
    case 'as_tensors':
      return listOf(body.items().map(next), 'tensor');
    case 'as_optional_tensors':
      return listOf(
        body.items().map((item) => {
          const name = next();
          return item.has('as_tensor') ? name : 'None';
        }),
        'tensor',
      );
    case 'as_sym_int':
    case 'as_sym_float':
      return { text: symbol(body), kind: 'other' };
    case 'as_sym_ints':
      return listOf(body.items().map(symbol));
    case 'as_ints':
      return listOf(body.items().map((item) => String(item.number())));
    case 'as_floats':
      return listOf(body.items().map((item) => floatLiteral(Number(item.value))));
    case 'as_int':
      return { text: String(body.number()), kind: 'other' };
    case 'as_float':
      return { text: floatLiteral(Number(body.value)), kind: 'other' };
    case 'as_bool':
      return { text: body.value === true ? 'True' : 'False', kind: 'other' };
    case 'as_bools':
      return listOf(body.items().map((item) => (item.value === true ? 'True' : 'False')));
    case 'as_string':
      return { text: JSON.stringify(body.string()), kind: 'other' };
    case 'as_none':
      return { text: 'None', kind: 'none' };
    case 'as_scalar_type': {
      const type = typeLiteral(body.integer());
      if (type !== undefined) return { text: type, kind: 'other' };
    }
  }
  throw new IsoflopError('unavailable', `an argument of the kind '${tag.slice(0, 40)}' cannot be written as PyTorch`, {
    path: `node '${node.name}' (${node.type})`,
  });
}

const numberText = (symbol: JsonCursor): string =>
  symbol.has('as_int') ? String(symbol.get('as_int').integer()) : floatLiteral(Number(symbol.get('as_float').value));
