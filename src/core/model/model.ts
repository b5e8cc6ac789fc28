import type { Graph } from '../graph/types.ts';
import type { Edit } from './edit.ts';

/** Who wrote the document that a model was read from. `family` is our own: a family with its parameters. */
export type ModelFormat = 'family' | 'keras' | 'onnx' | 'torch-export' | 'huggingface';

/** One input of a model. Shapes leave the batch axis out. */
export interface ModelInput {
  readonly name: string;
  /** null where the document leaves an axis free, such as the length of a text. */
  readonly shape: readonly (number | null)[];
  readonly dtype: 'float32' | 'int32';
}

/** At what sizes a model is lowered. */
export interface LowerOptions {
  /** Samples; defaults to 1. */
  readonly batch?: number;
  /** Tokens a sample for models of text, and the extent of free axes. Defaults to what the model says, else 1024 at most. */
  readonly tokens?: number;
}

/** A document in a model's own format. */
export interface ModelDocument {
  /** With its dot: `.json`, `.keras`, `.onnx`, `.yaml`. */
  readonly extension: string;
  readonly bytes: Uint8Array;
}

/**
 * A model that can be analysed and scaled: a family with its parameters, or a document that a framework wrote. Values
 * never change: `apply` gives another model. The document is plain data; nothing in it is run.
 */
export interface Model {
  readonly name: string;
  readonly format: ModelFormat;
  /** In the source's words, such as `Keras 3.15.1`, `opset 18 (pytorch 2.13)`, `llama`. */
  readonly origin: string;
  readonly inputs: readonly ModelInput[];
  /** Settings that a family declares as knobs, and layer graphs leave out (theirs are found on the graph). */
  readonly family?: DeclaredFamily;
  /** Weights beside the model that no gradient trains, as its document says: moments of a fitted optimiser. */
  readonly optimizerVariables?: number;
  /** Lowers to the forward graph. Throws `invalid-input` with the layer where shapes do not fit or a layer is not known. */
  lower(options?: LowerOptions): Graph;
  /** The model with edits made in its document. Throws where the document cannot follow. */
  apply(edits: readonly Edit[]): Model;
  /** The document, in the source's format and as near to it as the edits leave it. */
  write(): ModelDocument;
}

/** A family's parameters as plain data, and which of them may be turned. */
export interface DeclaredFamily {
  readonly family: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly knobs: readonly DeclaredKnob[];
}

/**
 * One integer of a family that may vary. `depth`: repeats of one stage's block. `width`: channels or the residual stream.
 * `resolution`: height and width of the image. `heads`, `kvHeads`, `feedForward`, `experts`: shape of a transformer.
 */
export interface DeclaredKnob {
  /** Path of the parameter, such as `stages[2].depth` or `width`. */
  readonly path: string;
  readonly axis: 'depth' | 'width' | 'resolution' | 'heads' | 'kvHeads' | 'feedForward' | 'experts';
  readonly value: number;
  /** Values are multiples of it: heads of fixed size, multiples of 8 channels, patches. */
  readonly step: number;
  readonly minimum: number;
  /** Paths of parameters that this one moves with in proportion, such as heads with the width at a fixed head size. */
  readonly follows?: string;
  /** How a scaled value is rounded; families differ. Defaults to the nearest multiple of `step`. */
  readonly rounding?: 'nearest' | 'ceil' | 'floor' | 'divisible-10' | 'divisible';
}
