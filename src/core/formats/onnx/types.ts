import type { ByteRange } from '../source.ts';

/**
 * An ONNX model as its file says it (`onnx.proto3`, IR version 13): plain data, nothing interpreted. What is not listed here
 * (doc strings, training info, device and quantisation annotations) is not kept.
 */
export interface OnnxModel {
  readonly irVersion: number;
  readonly opsets: readonly OnnxOpset[];
  readonly producer: string;
  readonly producerVersion: string;
  readonly graph: OnnxGraph;
  readonly functions: readonly OnnxFunction[];
  readonly metadata: readonly OnnxProperty[];
}

/** A set of operators and its version; '' is ONNX's own domain, which files also write as `ai.onnx`. */
export interface OnnxOpset {
  readonly domain: string;
  readonly version: number;
}

export interface OnnxProperty {
  readonly key: string;
  readonly value: string;
}

export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** Types and shapes of values between nodes, where the exporter wrote them. */
  readonly values: readonly OnnxValue[];
  readonly metadata: readonly OnnxProperty[];
}

export interface OnnxNode {
  readonly name: string;
  readonly type: string;
  readonly domain: string;
  /** Which of several functions of one name; '' mostly. */
  readonly overload: string;
  /** Names of values; '' where an optional input is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: readonly OnnxAttribute[];
  /** Such as `namespace`, the path of the module that a node came from. */
  readonly metadata: readonly OnnxProperty[];
}

/** A 64-bit whole number: a bigint only where a number would not be exact, as the `ends` of an open slice. */
export type Integer = number | bigint;

export type OnnxAttribute = { readonly name: string } & OnnxAttributeValue;

export type OnnxAttributeValue =
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'int'; readonly value: Integer }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'tensor'; readonly value: OnnxTensor }
  | { readonly kind: 'graph'; readonly value: OnnxGraph }
  | { readonly kind: 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'ints'; readonly value: readonly Integer[] }
  | { readonly kind: 'strings'; readonly value: readonly string[] }
  | { readonly kind: 'graphs'; readonly value: readonly OnnxGraph[] }
  /** Inside a function: the attribute of the calling node that is meant; `type` as AttributeProto numbers it. */
  | { readonly kind: 'reference'; readonly value: string; readonly type: number }
  /** What is not read (sparse tensors, types, bytes that are no text): its whole message in the source. */
  | { readonly kind: 'opaque'; readonly source: ByteRange };

/** A constant. Its values are decoded only if they are few; a writer copies the rest from the source or writes new ones. */
export interface OnnxTensor {
  readonly name: string;
  readonly dims: readonly number[];
  /** As TensorProto numbers it: 1 float32, 6 int32, 7 int64, ...; see `DATA_TYPES`. */
  readonly dataType: number;
  /** Row-major, of numeric types with up to `MOST_DECODED_VALUES` values; an int64 beyond 2^53 is rounded. */
  readonly values?: readonly number[];
  /** Whether the values stand in another file, which is never opened. */
  readonly external: boolean;
  /** The tensor's whole message in the source. */
  readonly source?: ByteRange;
  /** New values, row-major, little-endian in the tensor's type; they win over the source. */
  readonly data?: ArrayBufferView;
}

/** An extent: a number, a name such as `batch`, or undefined where the file does not say. */
export type OnnxExtent = number | string | undefined;

export interface OnnxValue {
  readonly name: string;
  /** Element type as TensorProto numbers it; 0 where the value is no tensor or has no type. */
  readonly dataType: number;
  /** Undefined where not even the rank is known. */
  readonly shape: readonly OnnxExtent[] | undefined;
  /** The type's message in the source where the value is no dense tensor (a sequence, a map, an optional). */
  readonly opaqueType?: ByteRange;
}

/** A function of the model: a node of this domain and name stands for its nodes. */
export interface OnnxFunction {
  readonly name: string;
  readonly domain: string;
  readonly overload: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: readonly string[];
  /** Attributes with their defaults. */
  readonly defaults: readonly OnnxAttribute[];
  readonly nodes: readonly OnnxNode[];
  readonly opsets: readonly OnnxOpset[];
  readonly values: readonly OnnxValue[];
  readonly metadata: readonly OnnxProperty[];
}
