import type { JsonCursor } from '../json/cursor.ts';

/** One output tensor of one call of a layer. */
export interface Reference {
  readonly layer: string;
  readonly node: number;
  readonly tensor: number;
}

/** A tensor among the arguments of a call, with the place where the document records its shape. */
export class ReferenceTemplate implements Reference {
  readonly layer: string;
  readonly node: number;
  readonly tensor: number;
  /** An object of the document with `shape`; the older format has none. */
  readonly record: Record<string, unknown> | undefined;

  constructor(layer: string, node: number, tensor: number, record?: Record<string, unknown>) {
    this.layer = layer;
    this.node = node;
    this.tensor = tensor;
    this.record = record;
  }
}

/** Numbers that the document holds itself, of which the shape counts alone. */
export class ConstantTemplate {
  readonly shape: readonly number[];

  constructor(shape: readonly number[]) {
    this.shape = shape;
  }
}

export type Template =
  | ReferenceTemplate
  | ConstantTemplate
  | null
  | boolean
  | number
  | string
  | readonly Template[]
  | { readonly [key: string]: Template };

/** The arguments of one call, before the tensors are known. */
export interface CallTemplate {
  readonly args: readonly Template[];
  readonly named: Readonly<Record<string, Template>>;
}

/** One entry of `inbound_nodes`: Keras 3 writes arguments by place and by name, Keras 2 a list of tensors. */
export function parseNode(node: JsonCursor): CallTemplate {
  if (node.isArray) return parseOldNode(node);
  const named = node.find('kwargs');
  return {
    args: node.get('args').items().map(parseArgument),
    named: named === undefined ? {} : parseEntries(named),
  };
}

/** Keras 2: [layer, node, tensor, keyword arguments] a tensor; tensors among the keyword arguments look alike. */
function parseOldNode(node: JsonCursor): CallTemplate {
  const items = node.items();
  const tensors = items.map((item) => referenceOf(item));
  const named = items[0]?.items()[3];
  return {
    args: [tensors.length === 1 ? tensors[0] : tensors],
    named: named?.isObject ? parseEntries(named) : {},
  };
}

const referenceOf = (cursor: JsonCursor, record?: Record<string, unknown>): ReferenceTemplate =>
  new ReferenceTemplate(
    cursor.at(0).string(),
    cursor.at(1).integer({ min: 0 }),
    cursor.at(2).integer({ min: 0 }),
    record,
  );

const parseEntries = (cursor: JsonCursor): Record<string, Template> =>
  Object.fromEntries(
    cursor.keys().map((key) => [key, cursor.find(key) === undefined ? null : parseArgument(cursor.get(key))]),
  );

function parseArgument(cursor: JsonCursor): Template {
  if (cursor.isArray) return isOldReference(cursor) ? referenceOf(cursor) : cursor.items().map(parseArgument);
  if (!cursor.isObject) return cursor.value as Template;
  const name = cursor.find('class_name')?.value;
  const config = cursor.find('config');
  if (name === '__keras_tensor__' && config)
    return referenceOf(config.get('keras_history'), config.value as Record<string, unknown>);
  if ((name === '__numpy__' || name === '__tensor__') && config)
    return new ConstantTemplate(shapeOf(config.get('value')));
  return parseEntries(cursor);
}

const isOldReference = (cursor: JsonCursor): boolean => {
  const value = cursor.value as unknown[];
  return value.length === 3 && typeof value[0] === 'string' && typeof value[1] === 'number';
};

function shapeOf(cursor: JsonCursor): number[] {
  const shape: number[] = [];
  for (let place = cursor; place.isArray; place = place.at(0)) {
    shape.push(place.items().length);
    if (shape.at(-1) === 0) break;
  }
  return shape;
}

/** All tensors that a call needs. */
export function referencesOf(call: CallTemplate): ReferenceTemplate[] {
  return [...call.args, ...Object.values(call.named)].flatMap(referencesIn);
}

function referencesIn(template: Template): ReferenceTemplate[] {
  if (template instanceof ReferenceTemplate) return [template];
  if (typeof template !== 'object' || template === null || template instanceof ConstantTemplate) return [];
  return Object.values(template as Record<string, Template>).flatMap(referencesIn);
}
