import { z } from 'zod';

const beta = (value: number, what: string): z.ZodDefault<z.ZodNumber> =>
  z.number().min(0).lt(1).default(value).describe(`Decay of ${what}.`);
const weightDecay = z
  .number()
  .min(0)
  .default(0)
  .describe('Weight decay, times the learning rate, on matrices only: gains, biases and tables keep theirs.');
const clip = (value: number): z.ZodDefault<z.ZodNumber> =>
  z.number().min(0).default(value).describe('Largest global norm of the gradient; 0 switches clipping off.');

/** What AdamW knows beside its kind; Muon gives it to the parameters that it leaves to AdamW. */
const adam = {
  beta1: beta(0.9, 'the first moment'),
  beta2: beta(0.98, 'the second moment'),
  epsilon: z.number().positive().default(1e-8).describe('Added to the root of the second moment.'),
  weightDecay,
};

const adamwSchema = z.strictObject({
  kind: z.literal('adamw').default('adamw').describe('AdamW with decoupled weight decay (Loshchilov and Hutter 2019).'),
  ...adam,
  clip: clip(1),
});

const sgdSchema = z.strictObject({
  kind: z.literal('sgd').describe('Stochastic gradient descent with momentum, as in PyTorch.'),
  momentum: beta(0.9, 'the momentum'),
  nesterov: z.boolean().default(false).describe('Steps along the gradient plus the momentum to come (Nesterov).'),
  weightDecay,
  decay: z
    .enum(['coupled', 'decoupled'])
    .default('coupled')
    .describe(
      'coupled: weight decay is added to the gradient, so that momentum carries it (PyTorch); decoupled: weights shrink apart from it, as in AdamW.',
    ),
  clip: clip(0),
});

const muonSchema = z.strictObject({
  kind: z
    .literal('muon')
    .describe(
      'Hidden matrices by orthogonalised momentum (Jordan et al. 2024), all else by AdamW. Filters count as matrices [out, in x height x width].',
    ),
  momentum: beta(0.95, 'the momentum of hidden matrices'),
  nesterov: z.boolean().default(true).describe('Orthogonalises the gradient plus the momentum to come.'),
  scale: z
    .enum(['rms', 'spectral'])
    .default('rms')
    .describe(
      "Length of a matrix's step. rms: entries of .2, as AdamW's steps have, so that one learning rate serves both (Liu et al. 2025); spectral: a norm of sqrt(max(1, outputs / inputs)) (Jordan et al. 2024).",
    ),
  adamFactor: z
    .number()
    .positive()
    .default(1)
    .describe('Learning rate of what AdamW updates, as a multiple of that of the hidden matrices.'),
  ...adam,
  clip: clip(0),
});

export const optimizerSchema = z
  .discriminatedUnion('kind', [adamwSchema, sgdSchema, muonSchema])
  .describe('The optimiser.');

export type Optimizer = z.infer<typeof optimizerSchema>;
export type OptimizerOf<Kind extends Optimizer['kind']> = Extract<Optimizer, { kind: Kind }>;
