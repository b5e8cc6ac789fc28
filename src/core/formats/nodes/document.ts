import type { ModelInput } from '../../model/model.ts';
import type { Known } from './known.ts';

/** A model whose document lists operations on named tensors: ONNX and torch.export. */
export interface NodeDocument {
  readonly name: string;
  /** In the source's words, such as `opset 18, pytorch 2.13`. */
  readonly origin: string;
  readonly inputs: readonly NodeInput[];
  /** By the name that nodes use. */
  readonly weights: ReadonlyMap<string, Weight>;
  readonly nodes: readonly DocumentNode[];
  /** Names of the tensors that the model gives. */
  readonly outputs: readonly string[];
}

export interface NodeInput extends ModelInput {
  /** The shape with the batch axis, null where free. */
  readonly whole: readonly (number | null)[];
  /** The shape that the model was exported at, where the document says it. */
  readonly exported?: readonly number[];
}

/** A tensor that comes with the model. */
export interface Weight {
  /** Its name in the graph, such as `layer1.0.conv1.weight`. */
  readonly name: string;
  readonly shape: readonly number[];
  /** `frozen` weights are parameters that get no gradient; `constant` tensors are no weights at all. */
  readonly kind: 'parameter' | 'frozen' | 'buffer' | 'constant';
  /** Of a copy that an edit made: the weight of the source that it is a copy of. */
  readonly copyOf?: string;
  /** Small tensors whose numbers the shapes may depend on. */
  readonly known?: Known;
}

/** An argument that is no tensor; `{ input }` stands for the number that an input holds. */
export type Argument =
  | number
  | string
  | boolean
  | null
  | readonly (number | { readonly input: number })[]
  | { readonly input: number };

export interface DocumentNode {
  /** Unique in the document. */
  readonly name: string;
  /** Of a copy that an edit made: the node of the source that it is a copy of. */
  readonly copyOf?: string;
  /** In the source's words: `Conv`, `conv2d`. */
  readonly type: string;
  /** The module that it belongs to, such as `layers.0.attention`. */
  readonly block: string;
  /** Names of the tensors it reads; '' where an optional one is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** By the source's names. Arguments that are lists of tensors stand as `{ from, count }` of the inputs. */
  readonly attributes: Readonly<Record<string, Argument | InputList | Known | undefined>>;
  /** Sizes that an edit has set in place of what the document says: by attribute, one for each operator of the node that has it. */
  readonly overrides?: Readonly<Record<string, readonly (Override | undefined)[]>>;
  /** Of a copy: its windows move by single steps over padded edges, so that it gives the extents that it gets. */
  readonly keepsExtents?: boolean;
}

export interface Override {
  /** For one sample. */
  readonly value: readonly number[] | number;
  /** Places of the value that are multiplied by the samples. */
  readonly batchAxes: readonly number[];
}

export interface InputList {
  readonly from: number;
  readonly count: number;
}
