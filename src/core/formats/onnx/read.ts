import { refusalAt } from '../refusal.ts';
import type { ByteRange, ByteSource } from '../source.ts';
import { GraphReader, readProperty } from './read-graph.ts';
import { readValue } from './read-value.ts';
import type {
  OnnxAttribute,
  OnnxFunction,
  OnnxGraph,
  OnnxModel,
  OnnxNode,
  OnnxOpset,
  OnnxProperty,
  OnnxValue,
} from './types.ts';
import { WireReader } from './wire.ts';

/** The newest is 13; a larger number is no version. */
const HIGHEST_IR_VERSION = 1000;
const NOT_ONNX = 'Is it an ONNX file?';

/** Reads an ONNX file (a ModelProto). Weights are passed over, and files that it refers to are never opened. */
export function readOnnx(source: ByteSource): OnnxModel {
  const wire = new WireReader(source);
  const reader = new GraphReader(wire);
  const opsets: OnnxOpset[] = [];
  const functions: OnnxFunction[] = [];
  const metadata: OnnxProperty[] = [];
  const texts = { producer: '', producerVersion: '' };
  let irVersion = 0;
  let graph: OnnxGraph | undefined;
  for (const field of wire.fields({ start: 0, end: source.size })) {
    if (field.number === 1) irVersion = wire.bounded(field, 'an IR version', 1, HIGHEST_IR_VERSION);
    else if (field.number === 2) texts.producer = wire.text(field);
    else if (field.number === 3) texts.producerVersion = wire.text(field);
    else if (field.number === 7 && graph !== undefined) throw refusalAt(field.start, 'the file has two graphs');
    else if (field.number === 7) graph = reader.graph(wire.bytes(field));
    else if (field.number === 8) opsets.push(readOpset(wire, wire.bytes(field)));
    else if (field.number === 14) metadata.push(readProperty(wire, wire.bytes(field)));
    else if (field.number === 25) functions.push(readFunction(wire, reader, wire.bytes(field)));
  }
  if (irVersion === 0) throw refusalAt(0, 'the file states no IR version', { hint: NOT_ONNX });
  if (graph === undefined) throw refusalAt(source.size, 'the file holds no graph', { hint: NOT_ONNX });
  return { irVersion, opsets, ...texts, graph, functions, metadata };
}

/** Versions beyond it are no versions. */
const HIGHEST_OPSET = 1_000_000;

function readOpset(wire: WireReader, range: ByteRange): OnnxOpset {
  const opset = { domain: '', version: 0 };
  for (const field of wire.fields(range)) {
    if (field.number === 1) opset.domain = wire.text(field);
    else if (field.number === 2) opset.version = wire.bounded(field, 'a version', 0, HIGHEST_OPSET);
  }
  return opset;
}

const FUNCTION_TEXTS: ReadonlyMap<number, 'name' | 'domain' | 'overload'> = new Map([
  [1, 'name'],
  [10, 'domain'],
  [13, 'overload'],
]);

const FUNCTION_LISTS: ReadonlyMap<number, 'inputs' | 'outputs' | 'attributes'> = new Map([
  [4, 'inputs'],
  [5, 'outputs'],
  [6, 'attributes'],
]);

/** Reads a FunctionProto. */
function readFunction(wire: WireReader, reader: GraphReader, range: ByteRange): OnnxFunction {
  const texts = { name: '', domain: '', overload: '' };
  const lists = { inputs: [] as string[], outputs: [] as string[], attributes: [] as string[] };
  const nodes: OnnxNode[] = [];
  const defaults: OnnxAttribute[] = [];
  const opsets: OnnxOpset[] = [];
  const values: OnnxValue[] = [];
  const metadata: OnnxProperty[] = [];
  for (const field of wire.fields(range)) {
    const text = FUNCTION_TEXTS.get(field.number);
    const list = FUNCTION_LISTS.get(field.number);
    if (text !== undefined) texts[text] = wire.text(field);
    else if (list !== undefined) lists[list].push(wire.text(field));
    else if (field.number === 7) nodes.push(reader.node(wire.bytes(field)));
    else if (field.number === 9) opsets.push(readOpset(wire, wire.bytes(field)));
    else if (field.number === 11) defaults.push(reader.attribute(wire.bytes(field)));
    else if (field.number === 12) values.push(readValue(wire, wire.bytes(field)));
    else if (field.number === 14) metadata.push(readProperty(wire, wire.bytes(field)));
  }
  return { ...texts, ...lists, nodes, defaults, opsets, values, metadata };
}
