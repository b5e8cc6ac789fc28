import type { Operator, TensorId } from '../../graph/types.ts';
import type { JsonCursor } from '../json/cursor.ts';

/** Sets a size, or several, in the configuration of a layer. */
export type Setter = (size: number | readonly number[]) => void;

/** Attributes of an operator that hold sizes and that the configuration decides. */
export type AttributeSetters = Readonly<Partial<Record<keyof Operator['attributes'], Setter>>>;

/** Where a layer of the graph stands in the document. */
export interface Place {
  /** The model that lists the layer. */
  readonly model: JsonCursor;
  /** The layer's name in that model. */
  readonly name: string;
  /** Path of the model in the graph's names; '' at the top. */
  readonly prefix: string;
  /** Shapes of the results of each of its calls. */
  readonly outputs: (readonly (readonly number[])[])[];
  readonly isModel: boolean;
}

/** How the sizes in a graph follow from the document that it was lowered from. Made anew by each lowering. */
export interface Bindings {
  /** By the weight's name: which axes the configuration decides, and how. */
  readonly weights: Map<string, Map<number, Setter>>;
  /** By the operator's first output. */
  readonly operators: Map<TensorId, AttributeSetters>;
  /** By the layer's name in the graph. */
  readonly places: Map<string, Place>;
  /** Shapes that the document records beside its layers, and what this lowering found in their place. */
  readonly recorded: {
    readonly record: Record<string, unknown>;
    readonly key: string;
    readonly shape: readonly number[];
  }[];
  /** Heights and widths to which layers resize or crop images. */
  readonly images: { readonly layer: string; readonly sizes: readonly number[]; readonly set: Setter }[];
  /** Inputs of nested models that say another shape than they are called with. */
  readonly misfits: {
    readonly layer: string;
    readonly said: readonly (number | null)[];
    readonly shape: readonly number[];
  }[];
}
