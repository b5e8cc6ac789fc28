import { PbfWriter } from 'pbf';

/** An attribute of an ONNX node; numbers in `integers` become INT or INTS, in `floats` FLOAT. */
export interface NodeAttributes {
  readonly integers?: Readonly<Record<string, number | readonly number[]>>;
  readonly floats?: Readonly<Record<string, number>>;
  readonly strings?: Readonly<Record<string, string>>;
}

export interface OnnxNode extends NodeAttributes {
  readonly type: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Operator set; '' is ONNX itself. */
  readonly domain?: '' | 'com.microsoft' | 'com.microsoft.nchwc';
}

export interface OnnxTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array | BigInt64Array;
}

export interface OnnxValue {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32';
}

export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

/** Operator set versions that the programs use; onnxruntime 1.30 has kernels for all of them. */
const OPSETS = { '': 20, 'com.microsoft': 1, 'com.microsoft.nchwc': 1 } as const;
const IR_VERSION = 9;
const FLOAT = 1;
const INT32 = 6;
const INT64 = 7;
const ATTRIBUTE_TYPE = { float: 1, integer: 2, string: 3, integers: 7 } as const;

/** Serialises a graph as an ONNX `ModelProto` (onnx.proto3, field numbers as published). */
export function encodeModel(graph: OnnxGraph): Uint8Array {
  const pbf = new PbfWriter();
  pbf.writeVarintField(1, IR_VERSION);
  pbf.writeStringField(2, 'isoflop');
  pbf.writeMessage(7, writeGraph, graph);
  const domains = new Set(['', ...graph.nodes.map(({ domain = '' }) => domain)]);
  for (const [domain, version] of Object.entries(OPSETS))
    if (domains.has(domain)) pbf.writeMessage(8, writeOpset, { domain, version });
  return pbf.finish();
}

function writeOpset({ domain, version }: { domain: string; version: number }, pbf: PbfWriter): void {
  pbf.writeStringField(1, domain);
  pbf.writeVarintField(2, version);
}

function writeGraph(graph: OnnxGraph, pbf: PbfWriter): void {
  for (const node of graph.nodes) pbf.writeMessage(1, writeNode, node);
  pbf.writeStringField(2, graph.name);
  for (const tensor of graph.initializers) pbf.writeMessage(5, writeTensor, tensor);
  for (const value of graph.inputs) pbf.writeMessage(11, writeValue, value);
  for (const value of graph.outputs) pbf.writeMessage(12, writeValue, value);
}

function writeNode(node: OnnxNode, pbf: PbfWriter): void {
  for (const input of node.inputs) pbf.writeStringField(1, input);
  for (const output of node.outputs) pbf.writeStringField(2, output);
  pbf.writeStringField(4, node.type);
  for (const [name, value] of Object.entries(node.integers ?? {})) pbf.writeMessage(5, writeIntegers, { name, value });
  for (const [name, value] of Object.entries(node.floats ?? {})) pbf.writeMessage(5, writeFloat, { name, value });
  for (const [name, value] of Object.entries(node.strings ?? {})) pbf.writeMessage(5, writeString, { name, value });
  if (node.domain) pbf.writeStringField(7, node.domain);
}

function writeIntegers({ name, value }: { name: string; value: number | readonly number[] }, pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
  if (typeof value === 'number') pbf.writeVarintField(3, value);
  else for (const item of value) pbf.writeVarintField(8, item);
  pbf.writeVarintField(20, typeof value === 'number' ? ATTRIBUTE_TYPE.integer : ATTRIBUTE_TYPE.integers);
}

function writeFloat({ name, value }: { name: string; value: number }, pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
  pbf.writeFloatField(2, value);
  pbf.writeVarintField(20, ATTRIBUTE_TYPE.float);
}

function writeString({ name, value }: { name: string; value: string }, pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
  pbf.writeBytesField(4, new TextEncoder().encode(value));
  pbf.writeVarintField(20, ATTRIBUTE_TYPE.string);
}

function writeTensor({ name, shape, values }: OnnxTensor, pbf: PbfWriter): void {
  for (const extent of shape) pbf.writeVarintField(1, extent);
  pbf.writeVarintField(2, values instanceof Float32Array ? FLOAT : INT64);
  pbf.writeStringField(8, name);
  pbf.writeBytesField(9, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
}

function writeValue({ name, shape, dtype }: OnnxValue, pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
  pbf.writeMessage(2, writeType, { shape, elementType: dtype === 'float32' ? FLOAT : INT32 });
}

interface TensorType {
  readonly shape: readonly number[];
  readonly elementType: number;
}

function writeType(type: TensorType, pbf: PbfWriter): void {
  pbf.writeMessage(1, writeTensorType, type);
}

function writeTensorType({ shape, elementType }: TensorType, pbf: PbfWriter): void {
  pbf.writeVarintField(1, elementType);
  pbf.writeMessage(2, writeShape, shape);
}

function writeShape(shape: readonly number[], pbf: PbfWriter): void {
  for (const extent of shape) pbf.writeMessage(1, writeDimension, extent);
}

function writeDimension(extent: number, pbf: PbfWriter): void {
  pbf.writeVarintField(1, extent);
}
