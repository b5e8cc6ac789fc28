import type { Parameter } from './parameter.ts';

export type DataType = 'float32' | 'int32';

/** Index into `Graph.tensors`. */
export type TensorId = number;

/** Where a tensor's values come from: fed at every step, trained, fixed, or computed by an operator. */
export type TensorSource = 'input' | 'parameter' | 'constant' | 'operator';

export interface Tensor {
  readonly id: TensorId;
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: DataType;
  readonly source: TensorSource;
  /** Row-major values; constants only. */
  readonly values?: Float32Array;
}

export type Activation = 'relu' | 'relu2' | 'gelu' | 'gelu-tanh' | 'silu' | 'tanh' | 'sigmoid';
export type Norm = 'layernorm' | 'rmsnorm';
export type Loss = 'cross-entropy' | 'mse' | 'binary-cross-entropy';

/**
 * What an operator computes. Shapes: n rows, k and m columns. Kinds that end in `Gradient` stand only in training graphs.
 *
 * - `matmul` (a, b) -> alpha op(a) op(b) over the last two axes, op transposing where asked; leading axes are equal.
 * - `linear` (x[n,k], w[k,m], bias[m]?) -> [n,m].
 * - `add`, `multiply` broadcast like NumPy. `scale` multiplies by a number.
 * - `gather` (table[v,k], indices[...]) -> [...,k]. `scatterRows` (rows[n,k], indices[n]) -> [v,k] sums rows of equal index.
 * - `split` along an axis into equal or given sizes; `concat`, `reshape`, `transpose` as usual.
 * - `shift` (x[batch*context,k]) -> first `channels` columns from the previous position of the same window, 0 at its start;
 *   `reverse` takes them from the next position: its transpose.
 * - `swapHalves` exchanges the halves of the last axis.
 * - `normalize` (x, gain?, bias?) over the last axis -> y, and for the backward pass the normalised x and 1/sigma [n,1].
 * - `softmax` (scores, mask?) over the last axis; the constant mask is added first.
 * - `loss` (outputs[n,m], targets) -> [n], and for cross-entropy the probabilities [n,m].
 * - `mean` over the last axis. `sum` over the leading axis or axes: `columnSum` [n,m] -> [m].
 */
export type OperatorKind =
  | 'matmul'
  | 'linear'
  | 'add'
  | 'multiply'
  | 'scale'
  | 'gather'
  | 'scatterRows'
  | 'split'
  | 'concat'
  | 'reshape'
  | 'transpose'
  | 'shift'
  | 'swapHalves'
  | 'activation'
  | 'activationGradient'
  | 'normalize'
  | 'normalizeGradient'
  | 'softmax'
  | 'softmaxGradient'
  | 'loss'
  | 'lossGradient'
  | 'mean'
  | 'columnSum';

export interface Attributes {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  /** Factor of `matmul` and `scale`. */
  readonly alpha?: number;
  readonly axis?: number;
  readonly sizes?: readonly number[];
  readonly permutation?: readonly number[];
  readonly shape?: readonly number[];
  readonly context?: number;
  readonly channels?: number;
  readonly reverse?: boolean;
  readonly activation?: Activation;
  readonly norm?: Norm;
  readonly epsilon?: number;
  readonly loss?: Loss;
  /** Rows of the table that `scatterRows` fills. */
  readonly rows?: number;
}

export interface Operator {
  readonly kind: OperatorKind;
  readonly inputs: readonly TensorId[];
  readonly outputs: readonly TensorId[];
  readonly attributes: Attributes;
  /** The layer it belongs to, such as `block0.attention`. */
  readonly layer: string;
  readonly pass: 'forward' | 'backward';
}

/** Operators in an order in which they can run. Plain data, never edited. */
export interface Graph {
  readonly tensors: readonly Tensor[];
  readonly operators: readonly Operator[];
  readonly inputs: readonly TensorId[];
  readonly parameters: readonly { readonly tensor: TensorId; readonly parameter: Parameter }[];
  /** Named results. A forward graph has `loss` (scalar) and `losses` (one a window or row). */
  readonly outputs: Readonly<Record<string, TensorId>>;
}
