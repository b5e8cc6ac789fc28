import type { OperatorKind } from '../graph/types.ts';
import { IsoflopError } from '../terms/errors.ts';
import type { Item, Items } from './items.ts';

export type ConventionName = 'isoflop' | 'paper' | 'pycls' | 'fvcore' | 'keras' | 'deepspeed';

/** Numbers kept with a model that a tool may add up to its "parameters". */
export type ParameterGroup = 'trainable' | 'frozen' | 'buffers' | 'optimizer';

/** How a tool counts, as data: its number is reproduced from the same line items as ours. */
export interface Convention {
  readonly name: ConventionName;
  /** What the tool calls the number of its operations. */
  readonly unit: string;
  /** Operations for each multiply-accumulate or element of an item; an item left out counts none. */
  readonly operations: Items;
  readonly parameters: readonly ParameterGroup[];
  /** Operators whose outputs the tool adds up as "activations"; none where it does not. */
  readonly activations: readonly OperatorKind[];
  readonly source: string;
}

const products = (factor: number): Items => ({
  convolution: factor,
  linear: factor,
  matmul: factor,
  attention: factor,
  recurrent: factor,
});
const WEIGHTS: readonly ParameterGroup[] = ['trainable', 'frozen'];
const PRODUCTS: readonly OperatorKind[] = [
  'convolution',
  'transposedConvolution',
  'linear',
  'expertLinear',
  'matmul',
  'einsum',
  'attention',
];

export const CONVENTIONS: Readonly<Record<ConventionName, Convention>> = {
  isoflop: {
    name: 'isoflop',
    unit: 'MACs',
    operations: products(1),
    parameters: WEIGHTS,
    activations: PRODUCTS,
    source: 'multiply-accumulates of products and convolutions; FLOPs are twice as many',
  },
  paper: {
    name: 'paper',
    unit: 'FLOPs (one a multiply-accumulate)',
    operations: products(1),
    parameters: WEIGHTS,
    activations: PRODUCTS,
    source:
      'papers on image models, such as EfficientNet (arXiv 1905.11946, table 2): a multiply-accumulate is one FLOP',
  },
  pycls: {
    name: 'pycls',
    unit: 'flops (one a multiply-accumulate, biases added)',
    operations: { ...products(1), convolutionBiasVector: 1, linearBias: 1 },
    parameters: WEIGHTS,
    activations: [...PRODUCTS, 'pool'],
    source: 'facebookresearch/pycls pycls/models/blocks.py, conv2d_cx, pool2d_cx and linear_cx',
  },
  fvcore: {
    name: 'fvcore',
    unit: 'flops (one a multiply-accumulate, norms and adaptive pools added)',
    operations: {
      ...{ ...products(1), recurrent: 0 },
      ...{ batchNorm: 1, batchNormAffine: 1, norm: 4, normAffine: 1 },
      ...{ adaptivePool: 1, resize: 1, blend: 3 },
    },
    parameters: WEIGHTS,
    activations: PRODUCTS,
    source:
      'facebookresearch/fvcore fvcore/nn/flop_count.py and jit_handles.py, as timm prints GMACs; attention unfused, recurrent layers none',
  },
  keras: {
    name: 'keras',
    unit: 'MACs (Keras counts no operations)',
    operations: products(1),
    parameters: ['trainable', 'frozen', 'buffers', 'optimizer'],
    activations: [],
    source:
      'keras-team/keras keras/src/utils/summary_utils.py: "Total params" holds statistics and optimizer variables too',
  },
  deepspeed: {
    name: 'deepspeed',
    unit: 'flops (two a multiply-accumulate, norms, pools and activations added)',
    operations: {
      ...products(2),
      convolutionBias: 1,
      batchNorm: 1,
      batchNormAffine: 1,
      norm: 4,
      normAffine: 1,
      activation: 1,
      softmax: 1,
      pool: 1,
      adaptivePool: 1,
      gates: 1,
      resize: 1,
    },
    parameters: WEIGHTS,
    activations: [],
    source:
      'deepspeedai/DeepSpeed deepspeed/profiling/flops_profiler/profiler.py: functionals alone, no bias of a linear layer, no a + b',
  },
};

/** Operations of a sum of line items as a convention counts them. */
export const operationsBy = ({ operations }: Convention, items: Items): number =>
  (Object.entries(items) as [Item, number][]).reduce(
    (sum, [item, amount]) => sum + amount * (operations[item] ?? 0),
    0,
  );

export function conventionOf(name: string): Convention {
  const found = Object.values(CONVENTIONS).find((convention) => convention.name === name);
  if (found) return found;
  throw new IsoflopError('invalid-input', `no convention is called '${name}'`, {
    hint: `Known: ${Object.keys(CONVENTIONS).join(', ')}.`,
  });
}
