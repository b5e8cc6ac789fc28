import type { Mask } from './mask.ts';
import type { Parameter } from './parameter.ts';

export type DataType = 'float32' | 'int32';

/** Index into `Graph.tensors`. */
export type TensorId = number;

/** Where a tensor's values come from: fed at every step, trained, kept beside the weights (running statistics), fixed, or computed. */
export type TensorSource = 'input' | 'parameter' | 'buffer' | 'constant' | 'operator';

export interface Tensor {
  readonly id: TensorId;
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: DataType;
  readonly source: TensorSource;
  /** Row-major values; constants only, and only where they are known and needed. */
  readonly values?: Float32Array;
}

export type Activation =
  | 'relu'
  | 'relu2'
  | 'gelu'
  | 'gelu-tanh'
  | 'silu'
  | 'tanh'
  | 'sigmoid'
  | 'relu6'
  | 'hard-swish'
  | 'hard-sigmoid'
  | 'leaky-relu'
  | 'elu'
  | 'selu'
  | 'softplus'
  | 'mish'
  | 'linear';
export type Norm = 'layernorm' | 'rmsnorm';
export type Loss = 'cross-entropy' | 'mse' | 'binary-cross-entropy' | 'mae' | 'huber';

/**
 * Order of the axes of a convolution's filters. PyTorch and ONNX: `out-in-spatial`, transposed `in-out-spatial`. Keras:
 * `spatial-in-out`, transposed `spatial-out-in`, depthwise `spatial-channel-multiplier`. `in` (or, transposed, `out`) is per group.
 */
export type FilterLayout =
  | 'out-in-spatial'
  | 'in-out-spatial'
  | 'spatial-in-out'
  | 'spatial-out-in'
  | 'spatial-channel-multiplier';

/** Zeros before and after each spatial axis, or `same`: output = ceil(input / stride), the odd zero after (TensorFlow, ONNX SAME_UPPER). */
export type Padding = 'same' | readonly (readonly [before: number, after: number])[];

/**
 * What an operator computes. Shapes: n rows, k and m columns. Kinds that end in `Gradient` stand only in training graphs.
 *
 * - `matmul` (a, b) -> alpha op(a) op(b) over the last two axes, op transposing where asked; leading axes are equal.
 * - `linear` (x[...,k], w[k,m], bias[m]?) -> [...,m]; w is [m,k] with `transposeB`.
 * - `add`, `multiply` broadcast like NumPy. `scale` multiplies by a number.
 * - `gather` (table[v,...], indices[...]) -> [...,...] along `axis` (0). `scatterRows` (rows[n,k], indices[n]) -> [v,k] sums rows of equal index.
 * - `split` along an axis into equal or given sizes; `concat`, `reshape`, `transpose` as usual.
 * - `shift` (x[batch*context,k]) -> first `channels` columns from the previous position of the same window, 0 at its start;
 *   `reverse` takes them from the next position: its transpose.
 * - `swapHalves` exchanges the halves of the last axis.
 * - `normalize` (x, gain?, bias?) over the last axis -> y, and for the backward pass the normalised x and 1/sigma [n,1].
 * - `softmax` (scores, mask?) over the last axis; the constant mask is added first.
 * - `loss` (outputs[n,m], targets) -> [n], and for cross-entropy the probabilities [n,m].
 * - `mean` over the last axis. `sum` over the leading axis or axes: `columnSum` [n,m] -> [m].
 *
 * Kinds that the imported models and the convnet families need. Spatial axes stand after the channels, or before them with
 * `channelsLast`; the first axis is the batch.
 * - `convolution`, `transposedConvolution` (x, filters, bias?) in 1 to 3 dimensions.
 * - `pool` (x) by `window`; `reduce` (x) over `axes`: global pooling, means, sums.
 * - `batchNormalize` (x, gain?, bias?, mean?, variance?) along `axis`; `groupNormalize` (x, gain?, bias?) in `groups` of channels.
 * - `resize` (x) to `sizes` of the spatial axes, or by `scales`; `pad` (x) by `padding` of every axis; `slice` (x) from `starts` to `ends` by `steps`
 *   of every axis; `broadcast` (x) to `shape`.
 * - `attention` (q[b,h,s,d], k[b,g,t,d], v[b,g,t,e], mask?) -> [b,h,s,e]: scores, softmax and values; g divides h; `causal`; `slidingWindow` keys seen at most.
 * - `recurrent` (x[b,t,k], W, R, bias...) -> [b,t,directions * hidden], or without t unless `sequence`.
 * - `expertLinear` (x[...,k] or [...,active,k], w[experts,k,m], bias[experts,m]?) -> [...,active,m]: each row meets its `active` experts alone.
 * - `einsum` by `equation` in NumPy's letters.
 * - `unary`, `binary` (broadcast), `select` (condition, a, b): element by element; `function` names it, such as `exp`, `divide`, `where`.
 *   A `unary` with a `value` is a function of two with a number as its second operand, or its first with `reverse`.
 *   Conditions are numbers: 0 is false, all others are true.
 * - `generate` () -> a tensor of `shape` that depends on no weight: ranges, masks, zeros, random draws. `generated` gives its numbers.
 *
 * Kinds of training graphs alone: `batchNormalize` with `training` also gives the batch's mean and variance [channels];
 * `batchNormalizeGradient` (dy, x, mean, variance, gain?) -> dx, and the gradients [channels] of gain and bias.
 * - `convolutionInputGradient` (dy, filters) -> `shape` of x; `convolutionFilterGradient` (x, dy) -> `shape` of the filters.
 * - `poolGradient` (dy, x, y) -> like x; of equal maxima in a window the first takes the gradient.
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
  | 'columnSum'
  | 'convolution'
  | 'transposedConvolution'
  | 'pool'
  | 'reduce'
  | 'batchNormalize'
  | 'groupNormalize'
  | 'resize'
  | 'pad'
  | 'slice'
  | 'broadcast'
  | 'attention'
  | 'recurrent'
  | 'expertLinear'
  | 'einsum'
  | 'unary'
  | 'binary'
  | 'select'
  | 'generate'
  | 'convolutionInputGradient'
  | 'convolutionFilterGradient'
  | 'poolGradient'
  | 'batchNormalizeGradient';

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
  /** Weight of a batch in the statistics that `batchNormalize` keeps, in [0, 1]. Keras and ONNX say one minus it. */
  readonly momentum?: number;
  /** Whether `batchNormalize` keeps the batch's own variance (Keras, ONNX), or what it says of the data: n / (n - 1) times it (PyTorch). */
  readonly populationVariance?: boolean;
  /** Whether `batchNormalize` uses the statistics of the batch. Default: those that are kept. A forward graph says false where they are kept in training too. */
  readonly training?: boolean;
  readonly loss?: Loss;
  /** Rows of the table that `scatterRows` fills. */
  readonly rows?: number;
  /** Step of the window along each spatial axis; 1 where left out. */
  readonly strides?: readonly number[];
  readonly dilations?: readonly number[];
  /** Defaults to none. */
  readonly padding?: Padding;
  /** Extra cells after a transposed convolution's output, by spatial axis. */
  readonly outputPadding?: readonly number[];
  /** Groups of channels of a convolution or a group norm; defaults to 1. */
  readonly groups?: number;
  readonly channelsLast?: boolean;
  readonly filters?: FilterLayout;
  readonly pool?: 'max' | 'average';
  /** A pool that the size of its output defines, such as a global one; a plain mean over the same axes is none. */
  readonly adaptive?: boolean;
  /** Extent of a pool's window along each spatial axis. */
  readonly window?: readonly number[];
  /** Whether the zeros around the image count in an average pool. */
  readonly countsPadding?: boolean;
  /** Whether a pool's last, partial window counts. */
  readonly ceil?: boolean;
  readonly reduction?: 'mean' | 'max' | 'min' | 'sum' | 'product' | 'any';
  readonly axes?: readonly number[];
  readonly keepAxes?: boolean;
  readonly scales?: readonly number[];
  readonly starts?: readonly number[];
  readonly ends?: readonly number[];
  readonly steps?: readonly number[];
  readonly causal?: boolean;
  /** Most keys that a query of `attention` sees, itself included. */
  readonly slidingWindow?: number;
  /** Share of the outputs, or of the probabilities of `attention`, that training sets to zero: its mask stays until the backward pass. */
  readonly dropout?: number;
  /** Elements that a cache keeps a token for this `attention`, where they are fewer than those of its keys and values (latent attention). */
  readonly cachePerToken?: number;
  readonly cell?: 'lstm' | 'gru' | 'rnn';
  readonly hidden?: number;
  readonly directions?: number;
  /** Whether a recurrent operator gives every step's output. */
  readonly sequence?: boolean;
  /** Experts that each row meets. */
  readonly active?: number;
  readonly equation?: string;
  /**
   * What an element-wise operator computes, in the source's word: `functionNamed` gives its name in the closed list of those that can run.
   * Rules know `constant` of `generate` and `equal parts` of `split`.
   */
  readonly function?: string;
  /** Other operand of a `unary` function of two operands. */
  readonly value?: number;
  /** Bounds of `clip`; none where left out. */
  readonly minimum?: number;
  readonly maximum?: number;
  /** Slope below zero of `leaky-relu`. Default 0.01. */
  readonly slope?: number;
  /** Numbers of a `generate`d constant, row-major; a single one fills the shape. */
  readonly values?: ArrayLike<number>;
  /** Rotary positions: base of the wavelengths, and how many cells of a head turn. Defaults: 10,000 and all. */
  readonly base?: number;
  readonly rotated?: number;
  /** c of c tanh(x / c): of the function `softcap`, or of the scores of `attention`. */
  readonly softcap?: number;
  /** Whether the scores of `attention` sink with distance, by a slope of its own for each head (Press et al. 2022). */
  readonly alibi?: boolean;
  /** Whether the mask of `attention` is by distance, the largest first (Dai et al. 2019, appendix B), and scaled like the scores. */
  readonly byDistance?: boolean;
  /** Where a `resize` looks: cells by their middles (default), their corners, or their starts. */
  readonly coordinates?: 'middles' | 'corners' | 'starts';
  /** Share of the target that all classes get alike, in [0, 1). */
  readonly labelSmoothing?: number;
  /** Distance at which `huber` turns from squared to absolute. */
  readonly delta?: number;
  /** Whether the targets of `cross-entropy` are shares of each class [n, m], not classes. */
  readonly softTargets?: boolean;
  /** Whether rows with a negative class do not count. */
  readonly skipsNegative?: boolean;
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

/** What people see of a layer. */
export interface Layer {
  /** Unique, such as `block0.attention`, or the source's own name. */
  readonly name: string;
  /** In the source's words, such as `Conv2D`, `Gemm` or `attention`. */
  readonly type: string;
  /** The block or stage it belongs to; '' where there is none. */
  readonly block: string;
}

/** A tensor that is kept with the weights but not trained. */
export interface Buffer {
  readonly tensor: TensorId;
  readonly layer: string;
  /** The number that a fresh model fills it with, where nothing in the model ever changes it. */
  readonly initial?: number;
}

/** Operators in an order in which they can run. Plain data, never edited. */
export interface Graph {
  /** In the order of the forward pass; every operator and parameter names one of them. */
  readonly layers: readonly Layer[];
  readonly tensors: readonly Tensor[];
  readonly operators: readonly Operator[];
  readonly inputs: readonly TensorId[];
  readonly parameters: readonly { readonly tensor: TensorId; readonly parameter: Parameter }[];
  /** Kept with the weights but not trained: running means and variances. */
  readonly buffers: readonly Buffer[];
  /** Inputs that the engine fills with random draws at every step of training. */
  readonly masks?: readonly { readonly tensor: TensorId; readonly mask: Mask }[];
  /** Named results. A forward graph has `loss` (scalar) and `losses` (one a window or row). */
  readonly outputs: Readonly<Record<string, TensorId>>;
}
