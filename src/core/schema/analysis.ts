import { z } from 'zod';

const count = (meaning: string): z.ZodNumber => z.number().min(0).describe(meaning);
const share = z.array(z.string());
const shape = z.array(z.int()).describe('The batch first.');
const attention = z
  .enum(['full', 'causal'])
  .describe('full: every score of attention; causal: those that the mask and the window leave.');
const items = z
  .record(z.string(), z.number())
  .describe('Line items: multiply-accumulates of products, elements of all others.');

const convention = z.object({
  name: z.enum(['isoflop', 'paper', 'pycls', 'fvcore', 'keras', 'deepspeed']),
  unit: z.string().describe('What the tool calls its number of operations.'),
  operations: items.describe('Operations for each unit of an item; one left out counts none.'),
  parameters: share.describe('Groups that the tool adds up: trainable, frozen, buffers, optimizer.'),
  activations: share.describe('Kinds of operators whose outputs it adds up as activations.'),
  source: z.string(),
});

const parameters = z.object({
  total: count('trainable + frozen; tied tensors once.'),
  trainable: count('Trained.'),
  frozen: count('Not trained, as the source says.'),
  buffers: count('Running means and variances; not in total.'),
  optimizer: count('Variables of the optimizer that the file holds; not in total.'),
  nonEmbedding: count('Without tables of tokens and positions and without the head over the vocabulary.'),
  nonLookup: count('Without tables that are only looked up: a head counts, tied or not.'),
  active: count('Touched by one token or sample: of experts, those that it meets.'),
  matmulActive: count('Weights of products that one token or sample touches; no gains and biases.'),
  byConvention: count('As the chosen convention adds up.'),
  groups: z.record(z.string(), z.number()).describe('By role; they sum to total.'),
});

const differences = (meaning: string): z.ZodArray =>
  z
    .array(z.object({ name: z.string(), wanted: count('Of the model.'), stored: count('Of the file.') }))
    .describe(meaning);

const weights = z.object({
  file: z.string().describe('That the count was compared with.'),
  confirmed: z.boolean().describe('Whether it holds the parameters of the model, tensor by tensor.'),
  params: count('Of the model.'),
  stored: count('Values of the file that are parameters.'),
  missing: differences('Tensors that the file lacks.'),
  extra: differences('Tensors that the model lacks.'),
  different: differences('Tensors of other sizes.'),
  aside: z.array(z.string()).describe('Tensors of the file that are no parameters.'),
});

const time = z.object({
  seconds: count('Roofline time of a prediction.'),
  intensity: count('FLOPs a byte.'),
  bytes: count('Between memory and processor.'),
  bound: z.enum(['compute', 'memory']),
});

const layer = z.object({
  name: z.string(),
  type: z.string(),
  block: z.string(),
  output: shape,
  parameters: count('Its own.'),
  buffers: count('Its own.'),
  macs: count('Forward, of the batch.'),
  trainingMacs: count('Forward and backward, of the batch.'),
  operations: count('As the chosen convention counts.'),
  items,
  activations: count('Elements that the chosen convention adds up as activations.'),
  activationBytes: count('Kept until the backward pass.'),
  time: time.optional(),
});

const block = z.object({
  name: z.string().describe('Such as `stage2.block1`, or `layers.0-31` for 32 alike.'),
  repeats: z.int().describe('Blocks alike in this line.'),
  layers: z.int().describe('Layers of one of them.'),
  type: z.string(),
  output: shape,
  parameters: count('Of all of them.'),
  macs: count('Of all of them.'),
  operations: count('Of all of them.'),
  activationBytes: count('Of all of them.'),
  seconds: z.number().optional(),
});

const bytes = (...names: readonly string[]): z.ZodObject =>
  z.object(Object.fromEntries(names.map((name) => [name, count('Bytes.')])));

export const deviceSchema = z.object({
  name: z.string(),
  title: z.string(),
  peak: z
    .partialRecord(z.enum(['fp32', 'tf32', 'fp16', 'bf16', 'fp8', 'int8']), z.number())
    .describe('Dense operations a second; a multiply-accumulate is two.'),
  memoryBytes: count('Bytes.'),
  bandwidth: count('Bytes a second.'),
  source: z.string(),
});

/** `isoflop analyze --json`. Counts are raw and of the whole batch. */
export const analysisSchema = z
  .object({
    schema: z.literal('isoflop.analysis/1'),
    model: z.object({ name: z.string(), format: z.string(), origin: z.string() }),
    batch: z.int().describe('Samples at once.'),
    tokens: z.int().optional().describe('Tokens a sample; models of text only.'),
    inputs: z.array(z.object({ name: z.string(), shape })),
    attention,
    convention,
    parameters,
    macs: count('Multiply-accumulates of a prediction.'),
    trainingMacs: count('Of a training step, forward and backward.'),
    flops: count('2 x macs.'),
    trainingFlops: count('2 x trainingMacs.'),
    operations: count('As the chosen convention counts.'),
    activations: count('Elements, as the chosen convention counts.'),
    items,
    precision: z.string().describe('Recipe of the numbers that are kept, such as bf16-adam.'),
    checkpointing: z.enum(['none', 'selective', 'full']),
    memory: z.object({
      training: bytes('weights', 'buffers', 'gradients', 'optimizer', 'activations', 'recomputed', 'outputs', 'total'),
      inference: bytes('weights', 'buffers', 'cache', 'cachePerToken', 'activations', 'total'),
      caches: z.array(
        z.object({
          layer: z.string(),
          perToken: count('Elements that a token leaves.'),
          tokens: z.number().describe('Kept at most.'),
        }),
      ),
    }),
    time: z
      .object({
        device: deviceSchema,
        predictionSeconds: count('Roofline, a lower bound.'),
        trainingSeconds: count('Arithmetic of a step at half of the peak.'),
      })
      .optional(),
    layers: z.array(layer),
    blocks: z.array(block),
    stages: z.array(block),
    weights: weights.optional().describe('What --weights found.'),
    findings: z.array(z.object({ kind: z.enum(['bottleneck', 'challenge']), about: z.string(), sentence: z.string() })),
  })
  .describe('What a model costs.');

export type AnalysisDocument = z.infer<typeof analysisSchema>;
