import { PbfWriter } from 'pbf';
import type { ByteRange, ByteSource } from '../source.ts';
import type {
  Integer,
  OnnxAttribute,
  OnnxExtent,
  OnnxFunction,
  OnnxGraph,
  OnnxModel,
  OnnxNode,
  OnnxOpset,
  OnnxProperty,
  OnnxTensor,
  OnnxValue,
} from './types.ts';

type Write<T> = (value: T, pbf: PbfWriter) => void;

/**
 * Serialises a model as an ONNX `ModelProto`. Tensors with `data` are written anew; others are copied from `source`, the
 * file that the model was read from.
 */
export function writeOnnx(model: OnnxModel, source?: ByteSource): Uint8Array {
  const pbf = new PbfWriter();
  new OnnxWriter(source).model(model, pbf);
  return pbf.finish();
}

class OnnxWriter {
  readonly #source: ByteSource | undefined;

  constructor(source: ByteSource | undefined) {
    this.#source = source;
  }

  model(model: OnnxModel, pbf: PbfWriter): void {
    pbf.writeVarintField(1, model.irVersion);
    writeText(pbf, 2, model.producer);
    writeText(pbf, 3, model.producerVersion);
    pbf.writeMessage(7, this.#graph, model.graph);
    writeAll(pbf, 8, writeOpset, model.opsets);
    writeAll(pbf, 14, writeProperty, model.metadata);
    writeAll(pbf, 25, this.#function, model.functions);
  }

  #graph: Write<OnnxGraph> = (graph, pbf) => {
    writeAll(pbf, 1, this.#node, graph.nodes);
    writeText(pbf, 2, graph.name);
    for (const tensor of graph.initializers) this.#tensor(pbf, 5, tensor);
    writeAll(pbf, 11, this.#value, graph.inputs);
    writeAll(pbf, 12, this.#value, graph.outputs);
    writeAll(pbf, 13, this.#value, graph.values);
    writeAll(pbf, 16, writeProperty, graph.metadata);
  };

  #node: Write<OnnxNode> = (node, pbf) => {
    for (const input of node.inputs) pbf.writeStringField(1, input);
    for (const output of node.outputs) pbf.writeStringField(2, output);
    writeText(pbf, 3, node.name);
    pbf.writeStringField(4, node.type);
    for (const attribute of node.attributes) this.#attribute(pbf, 5, attribute);
    writeText(pbf, 7, node.domain);
    writeText(pbf, 8, node.overload);
    writeAll(pbf, 9, writeProperty, node.metadata);
  };

  #function: Write<OnnxFunction> = (one, pbf) => {
    pbf.writeStringField(1, one.name);
    for (const input of one.inputs) pbf.writeStringField(4, input);
    for (const output of one.outputs) pbf.writeStringField(5, output);
    for (const attribute of one.attributes) pbf.writeStringField(6, attribute);
    writeAll(pbf, 7, this.#node, one.nodes);
    writeAll(pbf, 9, writeOpset, one.opsets);
    writeText(pbf, 10, one.domain);
    for (const attribute of one.defaults) this.#attribute(pbf, 11, attribute);
    writeAll(pbf, 12, this.#value, one.values);
    writeText(pbf, 13, one.overload);
    writeAll(pbf, 14, writeProperty, one.metadata);
  };

  #attribute(pbf: PbfWriter, field: number, attribute: OnnxAttribute): void {
    if (attribute.kind === 'opaque') pbf.writeBytesField(field, this.#copy(attribute.source));
    else pbf.writeMessage(field, this.#attributeFields, attribute);
  }

  #attributeFields: Write<OnnxAttribute> = (attribute, pbf) => {
    pbf.writeStringField(1, attribute.name);
    switch (attribute.kind) {
      case 'float':
        pbf.writeFloatField(2, attribute.value);
        break;
      case 'int':
        writeInteger(pbf, 3, attribute.value);
        break;
      case 'string':
        pbf.writeBytesField(4, new TextEncoder().encode(attribute.value));
        break;
      case 'tensor':
        this.#tensor(pbf, 5, attribute.value);
        break;
      case 'graph':
        pbf.writeMessage(6, this.#graph, attribute.value);
        break;
      case 'floats':
        for (const value of attribute.value) pbf.writeFloatField(7, value);
        break;
      case 'ints':
        for (const value of attribute.value) writeInteger(pbf, 8, value);
        break;
      case 'strings':
        for (const value of attribute.value) pbf.writeBytesField(9, new TextEncoder().encode(value));
        break;
      case 'graphs':
        writeAll(pbf, 11, this.#graph, attribute.value);
        break;
      case 'reference':
        pbf.writeStringField(21, attribute.value);
        break;
    }
    pbf.writeVarintField(20, attribute.kind === 'reference' ? attribute.type : TYPE_OF_KIND[attribute.kind]);
  };

  #tensor(pbf: PbfWriter, field: number, tensor: OnnxTensor): void {
    if (tensor.data === undefined && tensor.source !== undefined) pbf.writeBytesField(field, this.#copy(tensor.source));
    else pbf.writeMessage(field, writeTensor, tensor);
  }

  #value: Write<OnnxValue> = (value, pbf) => {
    pbf.writeStringField(1, value.name);
    if (value.opaqueType !== undefined) pbf.writeBytesField(2, this.#copy(value.opaqueType));
    else if (value.dataType !== 0 || value.shape !== undefined) pbf.writeMessage(2, writeType, value);
  };

  #copy({ start, end }: ByteRange): Uint8Array {
    if (this.#source === undefined) throw new Error('internal: the ONNX model refers to a file that was not given');
    return this.#source.read(start, end);
  }
}

/** `AttributeProto.type`. */
const TYPE_OF_KIND = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
  strings: 8,
  graphs: 10,
  opaque: 0,
} as const;

function writeAll<T>(pbf: PbfWriter, field: number, write: Write<T>, values: readonly T[]): void {
  for (const value of values) pbf.writeMessage(field, write, value);
}

/** Empty texts are left out, as proto3 does. */
function writeText(pbf: PbfWriter, field: number, text: string): void {
  if (text !== '') pbf.writeStringField(field, text);
}

/** Bytes of the longest varint. */
const LONGEST_VARINT = 10;

function writeInteger(pbf: PbfWriter, field: number, value: Integer): void {
  if (typeof value === 'number') {
    pbf.writeVarintField(field, value);
    return;
  }
  pbf.writeTag(field, 0);
  pbf.realloc(LONGEST_VARINT);
  let rest = BigInt.asUintN(64, value);
  for (; rest > 0x7fn; rest >>= 7n) pbf.buf[pbf.pos++] = Number(rest & 0x7fn) | 0x80;
  pbf.buf[pbf.pos++] = Number(rest);
}

const writeOpset: Write<OnnxOpset> = ({ domain, version }, pbf) => {
  pbf.writeStringField(1, domain);
  pbf.writeVarintField(2, version);
};

const writeProperty: Write<OnnxProperty> = ({ key, value }, pbf) => {
  pbf.writeStringField(1, key);
  pbf.writeStringField(2, value);
};

const writeTensor: Write<OnnxTensor> = ({ name, dims, dataType, data }, pbf) => {
  for (const extent of dims) pbf.writeVarintField(1, extent);
  pbf.writeVarintField(2, dataType);
  writeText(pbf, 8, name);
  if (data) pbf.writeBytesField(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
};

const writeType: Write<OnnxValue> = (value, pbf) => pbf.writeMessage(1, writeTensorType, value);

const writeTensorType: Write<OnnxValue> = ({ dataType, shape }, pbf) => {
  pbf.writeVarintField(1, dataType);
  if (shape !== undefined) pbf.writeMessage(2, writeShape, shape);
};

const writeShape: Write<readonly OnnxExtent[]> = (shape, pbf) => {
  for (const extent of shape) pbf.writeMessage(1, writeExtent, { extent });
};

const writeExtent: Write<{ readonly extent: OnnxExtent }> = ({ extent }, pbf) => {
  if (typeof extent === 'number') pbf.writeVarintField(1, extent);
  else if (extent !== undefined) pbf.writeStringField(2, extent);
};
