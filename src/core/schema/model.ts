import { z } from 'zod';

const count = (meaning: string): z.ZodInt => z.int().min(1).max(1_000_000).describe(meaning);

export const gptSchema = z
  .strictObject({
    family: z.literal('gpt').describe('Decoder-only transformer, pre-norm.'),
    vocabulary: count('Number of different tokens.'),
    context: count('Tokens in one training window.'),
    width: count('Size of the residual stream (dModel).'),
    depth: count('Number of blocks.'),
    heads: count('Attention heads; must divide the width.'),
    kvHeads: count('Key and value heads; must divide the heads. Defaults to heads.').optional(),
    feedForward: z
      .number()
      .positive()
      .max(64)
      .default(4)
      .describe('Hidden width of the MLP as a multiple of the width.'),
    activation: z
      .enum(['gelu', 'gelu-tanh', 'relu2', 'swiglu'])
      .default('gelu')
      .describe('MLP non-linearity; swiglu has a third matrix, relu2 is the square of ReLU.'),
    positions: z.enum(['learned', 'rotary']).default('learned').describe('How tokens know their place.'),
    norm: z
      .enum(['layernorm', 'rmsnorm'])
      .default('layernorm')
      .describe('Normalisation before each sub-layer and the head.'),
    normGain: z
      .boolean()
      .default(true)
      .describe('Whether norms have trainable gains (and, for layernorm with bias, biases).'),
    tokenShift: z
      .boolean()
      .default(false)
      .describe('Half of the channels that enter attention and MLP come from the previous position; no parameters.'),
    tiedHead: z.boolean().default(false).describe('Whether the output head is the transposed token embedding.'),
    bias: z.boolean().default(false).describe('Whether linear layers and layernorms have biases.'),
  })
  .describe('A decoder-only transformer.');

export const mlpSchema = z
  .strictObject({
    family: z.literal('mlp').describe('Fully connected network.'),
    inputs: count('Number of input features.'),
    hidden: z.array(count('Width of one hidden layer.')).max(1000).describe('Widths of the hidden layers.'),
    outputs: count('Number of outputs (classes for cross-entropy).'),
    activation: z
      .enum(['relu', 'gelu', 'gelu-tanh', 'relu2', 'tanh', 'sigmoid'])
      .default('relu')
      .describe('Non-linearity of the hidden layers.'),
    loss: z.enum(['cross-entropy', 'mse', 'binary-cross-entropy']).default('cross-entropy').describe('Training loss.'),
  })
  .describe('A multi-layer perceptron with biases.');

export const modelSchema = z.discriminatedUnion('family', [gptSchema, mlpSchema]);

/** A decoder-only transformer with every default filled in. */
export type GptSpec = z.infer<typeof gptSchema>;
export type MlpSpec = z.infer<typeof mlpSchema>;
/** A family with its parameters: what is read, edited and written. */
export type ModelSpec = z.infer<typeof modelSchema>;
