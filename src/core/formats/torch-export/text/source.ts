import type { Graph } from '../../../graph/types.ts';
import type { JsonCursor } from '../../json/cursor.ts';
import type { NodeDocument } from '../../nodes/document.ts';
import type { ValuesOf } from '../values.ts';

/** What a text is made from: the document with its edits, and what the file says of each node. */
export interface Program {
  readonly document: NodeDocument;
  readonly nodes: ReadonlyMap<string, JsonCursor>;
  /** Facts of the file's tensors by name. */
  readonly tensors: JsonCursor;
  /** The document's graph at one sample. */
  readonly graph: Graph;
  readonly valuesOf: ValuesOf;
}
