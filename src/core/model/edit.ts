/**
 * One change of a model's document, as plain data. `scaling` makes edits, the format replays them on its document, and
 * lowering the result must give the shapes that the edits asked for: that is checked.
 */
export type Edit =
  /** Sets the shape of an input, without the batch axis. */
  | { readonly kind: 'input'; readonly input: string; readonly shape: readonly (number | null)[] }
  /** Sets one axis of a parameter or buffer, by its name in the graph: 48 output channels of `conv1/kernel`. */
  | { readonly kind: 'axis'; readonly tensor: string; readonly axis: number; readonly size: number }
  /** Sets an attribute of a layer's operators that holds sizes, such as the target of a reshape or the parts of a split. */
  | {
      readonly kind: 'attribute';
      readonly layer: string;
      readonly attribute: 'shape' | 'sizes' | 'starts' | 'ends' | 'groups' | 'hidden';
      /** Which of the layer's operators that have the attribute, in order; defaults to 0. */
      readonly index?: number;
      readonly value: readonly number[] | number;
    }
  /** Runs a chain of layers `times` times in all, each copy after the other, with weights of its own. 1 leaves it, 0 takes it out. */
  | {
      readonly kind: 'repeat';
      readonly layers: readonly string[];
      readonly times: number;
      /** Whether the chain changes the shape and its copies must not: they take their output's shape as input, without strides. */
      readonly keepsShape?: boolean;
    }
  /** Sets a parameter of a family by its path. */
  | { readonly kind: 'parameter'; readonly path: string; readonly value: unknown };
