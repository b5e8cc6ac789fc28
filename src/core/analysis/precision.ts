import type { Parameter } from '../graph/parameter.ts';
import { sizeOf } from '../graph/shapes.ts';
import { IsoflopError } from '../terms/errors.ts';

/** A recipe of numbers that a training step keeps, in bytes a trained parameter. */
export interface PrecisionRecipe {
  readonly name: string;
  readonly title: string;
  readonly weights: number;
  readonly gradients: number;
  /** State of the optimizer, and the copy of the weights in float32 where one is kept; `factored`: see `factoredBytes`. */
  readonly optimizer: number | 'factored';
  readonly activations: number;
  /** Which peak of a device counts. */
  readonly compute: 'fp32' | 'bf16';
  /** Rank of low-rank adapters: they alone are trained (Hu et al. 2021). */
  readonly adapterRank?: number;
  readonly source: string;
}

/** Of models of text, which have tokens, and of all others. */
export const usualRecipe = (tokens: number | undefined): PrecisionRecipe =>
  precisionRecipe(tokens === undefined ? 'fp32-adam' : 'bf16-adam');

const ZERO = 'Rajbhandari et al. 2020 (arXiv 1910.02054), section 3.1';

export const PRECISION_RECIPES: readonly PrecisionRecipe[] = [
  recipe('fp32-adam', 'float32, Adam', [4, 4, 8], 'fp32', 'weights, gradients and two moments in float32'),
  recipe('bf16-adam', 'bfloat16 with float32 master weights, Adam', [2, 2, 12], 'bf16', ZERO),
  recipe(
    'bf16-adam-fp32-grads',
    'bf16-adam with float32 gradients',
    [2, 4, 12],
    'bf16',
    'Megatron-LM distributed-optimizer docs: 18 bytes',
  ),
  recipe('pure-bf16', 'all of bfloat16, Adam', [2, 2, 4], 'bf16', 'moments in bfloat16 too, no master weights'),
  recipe('sgd', 'float32, SGD', [4, 4, 0], 'fp32', 'no state'),
  recipe('sgd-momentum', 'float32, SGD with momentum', [4, 4, 4], 'fp32', 'one moment in float32'),
  recipe(
    'adafactor',
    'float32, Adafactor',
    [4, 4, 'factored'],
    'fp32',
    'Shazeer and Stern 2018 (arXiv 1804.04235), section 3',
  ),
  recipe('adam-8bit', 'bf16-adam with moments of 8 bits', [2, 2, 6], 'bf16', 'Dettmers et al. 2022 (arXiv 2110.02861)'),
  {
    ...recipe(
      'lora',
      'bf16-adam on adapters of rank 16, weights frozen',
      [2, 2, 12],
      'bf16',
      'Hu et al. 2021 (arXiv 2106.09685)',
    ),
    adapterRank: 16,
  },
];

function recipe(
  name: string,
  title: string,
  [weights, gradients, optimizer]: readonly [number, number, number | 'factored'],
  compute: 'fp32' | 'bf16',
  source: string,
): PrecisionRecipe {
  return { name, title, weights, gradients, optimizer, activations: compute === 'fp32' ? 4 : 2, compute, source };
}

export function precisionRecipe(name: string): PrecisionRecipe {
  const found = PRECISION_RECIPES.find((candidate) => candidate.name === name);
  if (found) return found;
  throw new IsoflopError('invalid-input', `no precision recipe is called '${name}'`, {
    hint: `Known: ${PRECISION_RECIPES.map((candidate) => candidate.name).join(', ')}.`,
  });
}

/** Adafactor keeps a float32 for each row and each column of a matrix, and one for each number of a vector. */
export function factoredBytes({ shape }: Parameter): number {
  if (shape.length < 2) return 4 * sizeOf(shape);
  const columns = shape.at(-1)!;
  const rows = shape.at(-2)!;
  return 4 * (sizeOf(shape) / (rows * columns)) * (rows + columns);
}

/** Parameters of the adapter of one weight: a matrix down to the rank and one up again; none for tables and vectors. */
export function adapterSize({ role, shape }: Parameter, rank: number): number {
  if (role !== 'matrix' || shape.length < 2) return 0;
  const [rows, columns] = [shape.at(-2)!, shape.at(-1)!];
  return (sizeOf(shape) / (rows * columns)) * rank * (rows + columns);
}
