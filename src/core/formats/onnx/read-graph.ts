import { DEEPEST_SUBGRAPH, MOST_NODES, MOST_TENSORS } from '../limits.ts';
import { refusalAt } from '../refusal.ts';
import type { ByteRange } from '../source.ts';
import { readTensor } from './read-tensor.ts';
import { readValue } from './read-value.ts';
import type {
  Integer,
  OnnxAttribute,
  OnnxAttributeValue,
  OnnxGraph,
  OnnxNode,
  OnnxProperty,
  OnnxTensor,
  OnnxValue,
} from './types.ts';
import type { WireField, WireReader } from './wire.ts';

/** Reads the graphs of one model and counts their nodes and tensors. */
export class GraphReader {
  readonly #wire: WireReader;
  #nodes = 0;
  #tensors = 0;

  constructor(wire: WireReader) {
    this.#wire = wire;
  }

  /** Reads a GraphProto; `depth` is the number of graphs around it. */
  graph(range: ByteRange, depth = 0): OnnxGraph {
    if (depth > DEEPEST_SUBGRAPH)
      throw refusalAt(range.start, `more than ${DEEPEST_SUBGRAPH} graphs inside one another`);
    const nodes: OnnxNode[] = [];
    const initializers: OnnxTensor[] = [];
    const inputs: OnnxValue[] = [];
    const outputs: OnnxValue[] = [];
    const values: OnnxValue[] = [];
    const metadata: OnnxProperty[] = [];
    let name = '';
    for (const field of this.#wire.fields(range)) {
      if (field.number === 1) nodes.push(this.node(this.#wire.bytes(field), depth));
      else if (field.number === 2) name = this.#wire.text(field);
      else if (field.number === 5) initializers.push(this.#tensor(field));
      else if (field.number === 11) inputs.push(readValue(this.#wire, this.#wire.bytes(field)));
      else if (field.number === 12) outputs.push(readValue(this.#wire, this.#wire.bytes(field)));
      else if (field.number === 13) values.push(readValue(this.#wire, this.#wire.bytes(field)));
      else if (field.number === 15)
        throw refusalAt(field.start, 'the graph has a sparse initializer, which is not read');
      else if (field.number === 16) metadata.push(readProperty(this.#wire, this.#wire.bytes(field)));
    }
    return { name, nodes, initializers, inputs, outputs, values, metadata };
  }

  /** Reads a NodeProto. */
  node(range: ByteRange, depth = 0): OnnxNode {
    if (++this.#nodes > MOST_NODES) throw refusalAt(range.start, `more than ${MOST_NODES} nodes`);
    const texts = { name: '', type: '', domain: '', overload: '' };
    const inputs: string[] = [];
    const outputs: string[] = [];
    const attributes: OnnxAttribute[] = [];
    const metadata: OnnxProperty[] = [];
    for (const field of this.#wire.fields(range)) {
      const key = NODE_TEXTS.get(field.number);
      if (key !== undefined) texts[key] = this.#wire.text(field);
      else if (field.number === 1) inputs.push(this.#wire.text(field));
      else if (field.number === 2) outputs.push(this.#wire.text(field));
      else if (field.number === 5) attributes.push(this.attribute(this.#wire.bytes(field), depth));
      else if (field.number === 9) metadata.push(readProperty(this.#wire, this.#wire.bytes(field)));
    }
    if (texts.type === '') throw refusalAt(range.start, `the node '${texts.name.slice(0, 100)}' names no operator`);
    return { ...texts, inputs, outputs, attributes, metadata };
  }

  /** Reads an AttributeProto. */
  attribute(range: ByteRange, depth = 0): OnnxAttribute {
    const parts: AttributeParts = { name: '', type: 0, reference: '', fields: [], offset: range.start };
    for (const field of this.#wire.fields(range)) {
      if (field.number === 1) parts.name = this.#wire.text(field);
      else if (field.number === 20) parts.type = Number(this.#wire.integer(field));
      else if (field.number === 21) parts.reference = this.#wire.text(field);
      else if (field.number !== DOC_STRING) parts.fields.push(field);
    }
    const { name, type, reference } = parts;
    if (name === '') throw refusalAt(range.start, 'an attribute has no name');
    if (reference !== '') return { name, kind: 'reference', value: reference, type };
    return { name, ...(this.#value(parts, depth) ?? { kind: 'opaque', source: range }) };
  }

  /** The value of an attribute; undefined for kinds that are not read. A file of the first IR versions has no type. */
  #value({ type, fields, name, offset }: AttributeParts, depth: number): OnnxAttributeValue | undefined {
    const kind = type === 0 ? KIND_OF_FIELD.get(fields[0]?.number) : KINDS[type];
    if (kind === undefined) return undefined;
    const own = fields.filter(({ number }) => KIND_OF_FIELD.get(number) === kind);
    const last = own.at(-1);
    if (kind.endsWith('s')) return this.#list(kind, own, depth);
    if (last === undefined)
      return defaultOf(kind, () => refusalAt(offset, `the attribute '${name.slice(0, 100)}' has no value`));
    return this.#single(kind, last, depth);
  }

  #single(kind: string, field: WireField, depth: number): OnnxAttributeValue | undefined {
    const wire = this.#wire;
    if (kind === 'float') return { kind, value: wire.float(field) };
    if (kind === 'int') return { kind, value: wire.integer(field) };
    if (kind === 'tensor') return { kind, value: this.#tensor(field) };
    if (kind === 'graph') return { kind, value: this.graph(wire.bytes(field), depth + 1) };
    const text = wire.maybeText(field);
    return text === undefined ? undefined : { kind: 'string', value: text };
  }

  #list(kind: string, fields: readonly WireField[], depth: number): OnnxAttributeValue | undefined {
    const numbers: number[] = [];
    const integers: Integer[] = [];
    if (kind === 'floats') for (const field of fields) this.#wire.floats(field, numbers);
    if (kind === 'floats') return { kind, value: numbers };
    if (kind === 'ints') for (const field of fields) this.#wire.integers(field, integers);
    if (kind === 'ints') return { kind, value: integers };
    if (kind === 'graphs')
      return { kind, value: fields.map((field) => this.graph(this.#wire.bytes(field), depth + 1)) };
    const texts = fields.map((field) => this.#wire.maybeText(field));
    return texts.includes(undefined) ? undefined : { kind: 'strings', value: texts as string[] };
  }

  #tensor(field: WireField): OnnxTensor {
    if (++this.#tensors > MOST_TENSORS) throw refusalAt(field.start, `more than ${MOST_TENSORS} tensors`);
    return readTensor(this.#wire, this.#wire.bytes(field));
  }
}

interface AttributeParts {
  name: string;
  type: number;
  reference: string;
  readonly fields: WireField[];
  readonly offset: number;
}

const NODE_TEXTS: ReadonlyMap<number, 'name' | 'type' | 'domain' | 'overload'> = new Map([
  [3, 'name'],
  [4, 'type'],
  [7, 'domain'],
  [8, 'overload'],
]);

const DOC_STRING = 13;

/** By `AttributeProto.type`; kinds that are left out stay opaque. */
const KINDS = ['', 'float', 'int', 'string', 'tensor', 'graph', 'floats', 'ints', 'strings', undefined, 'graphs'];

/** By the number of the field that holds the value. */
const KIND_OF_FIELD: ReadonlyMap<number | undefined, string> = new Map([
  [2, 'float'],
  [3, 'int'],
  [4, 'string'],
  [5, 'tensor'],
  [6, 'graph'],
  [7, 'floats'],
  [8, 'ints'],
  [9, 'strings'],
  [11, 'graphs'],
]);

/** Writers of proto3 leave out a value that is zero or empty. */
function defaultOf(kind: string, fault: () => Error): OnnxAttributeValue {
  if (kind === 'float' || kind === 'int') return { kind, value: 0 };
  if (kind === 'string') return { kind, value: '' };
  throw fault();
}

/** Reads a StringStringEntryProto. */
export function readProperty(wire: WireReader, range: ByteRange): OnnxProperty {
  const property = { key: '', value: '' };
  for (const field of wire.fields(range)) {
    if (field.number === 1) property.key = wire.text(field);
    else if (field.number === 2) property.value = wire.text(field);
  }
  return property;
}
