/**
 * What a parameter is for; recipes choose initialisation, learning rate and weight decay by it.
 * `embedding` and `position` are tables that are only looked up; `matrix` multiplies inside a block or layer;
 * `head` multiplies to the outputs; `gain` and `bias` are vectors.
 */
export type ParameterRole = 'embedding' | 'position' | 'matrix' | 'head' | 'gain' | 'bias';

export interface Parameter {
  /** Unique and stable, such as `block0.attention.query.weight`. Order of parameters is the order of the forward pass. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly role: ParameterRole;
  /** Size of the input that the parameter multiplies; 1 for tables, gains and biases. */
  readonly fanIn: number;
  /** True for the matrices that write into the residual stream (attention output, MLP output). */
  readonly residual: boolean;
  /** The layer that owns it, such as `block0.attention`. */
  readonly layer: string;
  /** True where the source says that it is not trained. */
  readonly frozen?: boolean;
  /** Of a stack of experts [experts, ...]: how many of them one token meets. */
  readonly activeExperts?: number;
}
