import { z } from 'zod';

/** Far above any published model; keeps products of two sizes exact in a double. */
const LARGEST = 10_000_000;
/** Blocks of the deepest model that is lowered: DeepNet (Wang et al. 2022) has 1,000; of 3,000 the analysis takes 2 seconds. */
const DEEPEST = 1024;

export const count = (meaning: string): z.ZodInt => z.int().min(1).max(LARGEST).describe(meaning);
export const depth = z.int().min(1).max(DEEPEST).describe('Number of blocks.');
const layerIndex = z.int().min(0).max(DEEPEST);

/** Non-linearities of feed-forward parts and heads. */
export const activation = z
  .enum(['relu', 'relu2', 'gelu', 'gelu-tanh', 'silu', 'tanh', 'sigmoid', 'linear'])
  .describe('Non-linearity.');

const latent = z
  .strictObject({
    queryRank: count('Size that queries are compressed to. Without it they are projected at once.').optional(),
    keyValueRank: count('Size that keys and values are compressed to; this and the rotary key are cached.'),
    plainSize: count('Part of a head of queries and keys that carries no position.'),
    rotarySize: count('Part of a head of queries and keys that is rotated; one rotary key serves all heads.'),
    valueSize: count('Size of a head of values.'),
  })
  .describe('Multi-head latent attention (DeepSeek-V2, section 2.1).');

export const attention = z.strictObject({
  heads: count('Query heads.'),
  kvHeads: count('Key and value heads; must divide the heads. Defaults to heads.').optional(),
  headSize: count('Size of a head. Defaults to width / heads, which must then be whole.').optional(),
  bias: z
    .enum(['none', 'qkv', 'all'])
    .default('none')
    .describe('Biases: none, of queries, keys and values, or of the output too.'),
  headNorm: z.boolean().default(false).describe('Whether queries and keys are normalised head by head (Qwen 3).'),
  latent: latent.optional(),
  softcap: z.number().positive().optional().describe('Scores become softcap * tanh(score / softcap) (Gemma 2).'),
  scale: z.number().positive().optional().describe('Factor of the scores. Defaults to 1 / sqrt(head size).'),
  slidingWindow: count('Keys that a query sees at most, itself included.').optional(),
  slidingLayers: z
    .array(z.boolean())
    .min(1)
    .max(DEEPEST)
    .default([true])
    .describe('Which blocks have the window, from the first; the list starts again at its end.'),
});

export const feedForward = z.strictObject({
  hidden: count('Hidden width.'),
  activation: activation.default('silu'),
  gated: z.boolean().default(true).describe('Whether a third matrix gates the hidden layer (Shazeer 2020).'),
  bias: z.boolean().default(false).describe('Whether its linear layers have biases.'),
});

const experts = z
  .strictObject({
    routed: count('Experts to choose from.'),
    active: count('Experts that each token meets; at most the routed ones.'),
    hidden: count('Hidden width of one expert.'),
    shared: z
      .int()
      .min(0)
      .max(LARGEST)
      .default(0)
      .describe('Hidden width of the expert that every token meets; 0: none.'),
    sharedGate: z.boolean().default(false).describe('Whether a learned gate weighs the shared expert (Qwen 2).'),
    routerBias: z
      .boolean()
      .default(false)
      .describe('Whether the router keeps a bias an expert that balances load and no gradient trains (DeepSeek-V3).'),
    first: layerIndex.default(0).describe('Blocks at the start that have a dense feed-forward part.'),
    every: count('Of the blocks after that, one in so many has experts.').default(1),
    phase: layerIndex.default(0).describe('Blocks with experts are those whose number leaves this rest by `every`.'),
    denseLayers: z.array(layerIndex).max(DEEPEST).default([]).describe('Further blocks without experts, from 0.'),
  })
  .describe('Mixture of experts in place of the dense feed-forward part.');

/** The shape of a decoder-only transformer. */
export const transformerSchema = z
  .strictObject({
    family: z.literal('transformer').describe('Decoder-only transformer.'),
    vocabulary: count('Number of different tokens.'),
    context: count('Tokens that it was made to read at once.'),
    width: count('Size of the residual stream.'),
    depth,
    attention: attention.describe('Attention of every block.'),
    feedForward: feedForward.describe('Feed-forward part of the blocks without experts.'),
    experts: experts.optional(),
    positions: z
      .enum(['rotary', 'learned', 'relative', 'alibi', 'none'])
      .default('rotary')
      .describe(
        'How tokens know their place; `relative` has a key matrix and two biases a block (Transformer-XL), with `alibi` scores sink with distance (Press et al. 2022).',
      ),
    positionOffset: z
      .int()
      .min(0)
      .max(1000)
      .default(0)
      .describe('Rows of the position table before the first (OPT: 2).'),
    rotaryFraction: z.number().min(0).max(1).default(1).describe('Part of each head that is rotated.'),
    rotaryBase: z.number().positive().default(10_000).describe('Base of the rotary wavelengths.'),
    embeddingSize: count('Width of the token table, with projections to and from the width (OPT-350m).').optional(),
    embeddingScale: z.boolean().default(false).describe('Whether embeddings are multiplied by sqrt(width) (Gemma).'),
    norm: z.enum(['layernorm', 'rmsnorm']).default('rmsnorm').describe('Normalisation.'),
    normGain: z.boolean().default(true).describe('Whether norms have trainable gains and, layernorm, biases.'),
    normEpsilon: z.number().positive().default(1e-5).describe('Added to the variance.'),
    residual: z
      .enum(['pre', 'post', 'parallel', 'sandwich'])
      .default('pre')
      .describe(
        'Norm before each part, after each sum, before both parts at once (GPT-NeoX), or before and after each (Gemma 2).',
      ),
    finalNorm: z.boolean().default(true).describe('Whether the last block is followed by a norm.'),
    head: z
      .enum(['untied', 'tied', 'classes', 'none'])
      .default('untied')
      .describe('Output: a matrix of its own, the token table transposed, a classifier, or the last hidden state.'),
    headBias: z.boolean().default(false).describe('Whether the head has a bias.'),
    headName: z.string().max(64).optional().describe("The head's name where it differs from that of `names`."),
    classes: count('Outputs of a head of classes.').optional(),
    logitSoftcap: z.number().positive().optional().describe('Logits become softcap * tanh(logit / softcap) (Gemma 2).'),
    names: z
      .enum(['llama', 'gemma2', 'gpt2', 'gpt-neox', 'opt'])
      .default('llama')
      .describe('Whose names and matrix layouts the weights bear, as in Hugging Face transformers.'),
  })
  .describe('A decoder-only transformer: GPT-2 to DeepSeek-V3.');

/** A decoder-only transformer with every default filled in. */
export type TransformerSpec = z.infer<typeof transformerSchema>;
export type AttentionSpec = z.infer<typeof attention>;
export type FeedForwardSpec = z.infer<typeof feedForward>;
export type ExpertsSpec = z.infer<typeof experts>;
export type LatentSpec = z.infer<typeof latent>;
