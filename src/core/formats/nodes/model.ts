import type { Graph } from '../../graph/types.ts';
import type { Model, ModelDocument, ModelFormat } from '../../model/model.ts';
import type { NodeDocument } from './document.ts';
import { batchAxesOf } from './batch-axes.ts';
import { editNodes } from './edit.ts';
import { lowerNodes } from './lower.ts';
import type { NodeLowerOptions } from './lower.ts';

/** What tells one format of nodes from another. */
export interface NodeFormat extends Pick<NodeLowerOptions, 'operatorOf' | 'countUnused'> {
  readonly format: ModelFormat;
  /** In messages: `ONNX`. */
  readonly title: string;
  /** `lowerAt` gives the document's graph at a batch size. */
  write(document: NodeDocument, lowerAt: (batch: number) => Graph): ModelDocument;
}

/** A document of nodes as a model. */
export function nodeModel(document: NodeDocument, format: NodeFormat): Model {
  const lowerAt = (batch: number): Graph => lowerNodes(document, { batch, ...format, format: format.title });
  return {
    name: document.name,
    format: format.format,
    origin: document.origin,
    inputs: document.inputs.map(({ name, shape, dtype }) => ({ name, shape, dtype })),
    lower: (options = {}) => lowerNodes(document, { ...options, ...format, format: format.title }),
    apply: (edits) => {
      const batchAxes = batchAxesOf(document, edits, lowerAt);
      return nodeModel(
        edits.reduce((changed, edit) => editNodes(changed, edit, batchAxes, () => lowerAt(1)), document),
        format,
      );
    },
    write: () => format.write(document, lowerAt),
  };
}
