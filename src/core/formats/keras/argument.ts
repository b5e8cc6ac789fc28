import type { TensorId } from '../../graph/types.ts';

/** A tensor among the arguments of a layer's call. */
export class TensorArgument {
  readonly id: TensorId;

  constructor(id: TensorId) {
    this.id = id;
  }
}

/** What a layer is called with: tensors among the plain values of the document. */
export type Argument =
  | TensorArgument
  | null
  | boolean
  | number
  | string
  | readonly Argument[]
  | { readonly [key: string]: Argument };

/** The tensors of an argument, in the order in which Keras flattens it: dictionaries by their keys. */
export function tensorsOf(argument: Argument | undefined): TensorId[] {
  if (argument instanceof TensorArgument) return [argument.id];
  if (Array.isArray(argument)) return (argument as readonly Argument[]).flatMap(tensorsOf);
  if (typeof argument !== 'object' || argument === null) return [];
  const entries = argument as { readonly [key: string]: Argument };
  return Object.keys(entries)
    .sort()
    .flatMap((key) => tensorsOf(entries[key]));
}
