import type { Model } from '../../model/model.ts';
import type { DocumentNode } from '../nodes/document.ts';
import type { NodeLowering } from '../nodes/lower.ts';
import { nodeModel } from '../nodes/model.ts';
import type { ByteSource } from '../source.ts';
import { OnnxArguments } from './arguments.ts';
import { onnxDocument } from './document.ts';
import { fold } from './fold.ts';
import { NORMALIZATIONS } from './operators/normalization.ts';
import { POINTWISE } from './operators/pointwise.ts';
import { POOLING } from './operators/pooling.ts';
import { PRODUCTS } from './operators/products.ts';
import { RESHAPING } from './operators/reshaping.ts';
import type { OnnxTable } from './operators/values.ts';
import { replay } from './replay.ts';
import type { OnnxModel } from './types.ts';
import { writeOnnx } from './write.ts';

const OPERATIONS: OnnxTable = { ...PRODUCTS, ...NORMALIZATIONS, ...POOLING, ...RESHAPING, ...POINTWISE };

function operatorOf(node: DocumentNode): NodeLowering | undefined {
  const operation = Object.hasOwn(OPERATIONS, node.type) ? OPERATIONS[node.type] : undefined;
  if (!operation) return undefined;
  return (context) => {
    const a = new OnnxArguments(context);
    const known = fold(a);
    return known ? [{ known }] : operation(a);
  };
}

/** A model from an ONNX file, read by `readOnnx` from `source`. */
export function onnxModel(model: OnnxModel, source: ByteSource, name: string): Model {
  const { document, nodes } = onnxDocument(model, name);
  return nodeModel(document, {
    format: 'onnx',
    title: 'ONNX',
    countUnused: false,
    operatorOf,
    // Weights in files beside the model are not at hand: what is written has fresh ones.
    write: (changed, lowerAt) => ({
      extension: '.onnx',
      bytes:
        changed === document && !model.graph.initializers.some(({ external }) => external)
          ? source.read(0, source.size)
          : writeOnnx(replay({ model, nodes, document: changed, lowerAt }), source),
    }),
  });
}
