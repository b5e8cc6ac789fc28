import { z } from 'zod';
import { latencyModelSchema } from './latency.ts';

const count = (meaning: string): z.ZodNumber => z.number().min(0).describe(meaning);
const names = z.array(z.string());
const shape = z.array(z.int()).describe('Elements by axis, the batch first.');
const attention = z
  .enum(['full', 'causal'])
  .describe('full: every score of attention; causal: those that the mask and the window leave.');
/** Operators of one kind, or what is counted of them. */
const items = z
  .record(z.string(), z.number())
  .describe('Line items: multiply-accumulates of products, elements of all others.');

const convention = z.object({
  name: z.enum(['isoflop', 'paper', 'pycls', 'fvcore', 'keras', 'deepspeed']).describe('As --convention takes it.'),
  unit: z.string().describe('What the tool calls its number of operations.'),
  operations: items.describe('Operations for each unit of an item; one left out counts none.'),
  parameters: names.describe('Groups that the tool adds up: trainable, frozen, buffers, optimizer.'),
  activations: names.describe('Kinds of operators whose outputs it adds up as activations.'),
  source: z.string().describe('Code or paper that the tool is described by.'),
});

const parameters = z.object({
  total: count('trainable + frozen; tied tensors once.'),
  trainable: count('Trained, a count.'),
  frozen: count('Not trained, as the source says.'),
  buffers: count('Running means and variances; not in total.'),
  optimizer: count('Variables of the optimizer that the file holds; not in total.'),
  nonEmbedding: count('Without tables of tokens and positions and without the head over the vocabulary.'),
  nonLookup: count('Without tables that are only looked up: a head counts, tied or not.'),
  active: count('Touched by one token or sample: of experts, those that it meets.'),
  matmulActive: count('Weights of products that one token or sample touches; no gains and biases.'),
  byConvention: count('As the chosen convention adds up.'),
  groups: z
    .record(z.string(), z.number())
    .describe('Counts by role, such as matrix, bias or embedding; they sum to total.'),
});

const differences = (meaning: string): z.ZodArray =>
  z
    .array(
      z.object({
        name: z.string().describe('Of the tensor.'),
        wanted: count('Of the model.'),
        stored: count('Of the file.'),
      }),
    )
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
  bound: z.enum(['compute', 'memory']).describe('What most of the time is spent on.'),
});

const layer = z.object({
  name: z.string().describe('As the source calls it.'),
  type: z.string().describe('Kind of layer, such as conv 3x3 or Dense.'),
  block: z.string().describe('Block that it stands in, or nothing.'),
  output: shape,
  parameters: count('Its own, a count.'),
  buffers: count('Elements of its running statistics.'),
  macs: count('Forward, of the batch.'),
  trainingMacs: count('Forward and backward, of the batch.'),
  operations: count('As the chosen convention counts.'),
  items,
  activations: count('Elements that the chosen convention adds up as activations.'),
  activationBytes: count('Bytes kept until the backward pass.'),
  time: time.optional().describe('Where a device is named.'),
});

const block = z.object({
  name: z.string().describe('Such as `stage2.block1`, or `layers.0-31` for 32 alike.'),
  repeats: z.int().describe('Blocks alike in this line.'),
  layers: z.int().describe('Layers of one of them.'),
  type: z.string().describe('Of a lone layer, or nothing.'),
  output: shape,
  parameters: count('Of all of them, a count.'),
  macs: count('Multiply-accumulates of all of them, forward, of the batch.'),
  operations: count('Of all of them, as the chosen convention counts.'),
  activationBytes: count('Bytes that all of them keep until the backward pass.'),
  seconds: z.number().optional().describe('Roofline seconds of all of them, where a device is named.'),
});

const trainingBytes = z.object({
  weights: count('Bytes of the weights.'),
  buffers: count('Bytes of running statistics.'),
  gradients: count('Bytes of the gradients.'),
  optimizer: count("Bytes of the optimizer's state and of master weights."),
  activations: count('Bytes of tensors kept until the backward pass.'),
  recomputed: count('Bytes of the block that full checkpointing computes again.'),
  outputs: count("Bytes of the model's outputs and of their copy for the loss."),
  total: count('Bytes, the sum.'),
});

const inferenceBytes = z.object({
  weights: count('Bytes of the weights.'),
  buffers: count('Bytes of running statistics.'),
  cache: count('Bytes of the keys and values of all tokens of the batch.'),
  cachePerToken: count('Bytes of one more token of one sequence; not in total.'),
  activations: count('Most bytes of activations alive at one time.'),
  total: count('Bytes, the sum.'),
});

export const deviceSchema = z.object({
  name: z.string().describe('As --device takes it.'),
  title: z.string().describe('As its maker calls it.'),
  peak: z
    .partialRecord(z.enum(['fp32', 'tf32', 'fp16', 'bf16', 'fp8', 'int8']), z.number())
    .describe('Dense operations a second; a multiply-accumulate is two.'),
  memoryBytes: count('Bytes of its memory.'),
  bandwidth: count('Bytes a second between memory and processor.'),
  measured: z.boolean().optional().describe('Whether speeds were reached on it, not promised by its maker.'),
  source: z.string().describe('Where the numbers come from.'),
  latency: latencyModelSchema.optional().describe('What predictions take, where isoflop measure has calibrated it.'),
});

/** `isoflop analyze --json`. Counts are raw and of the whole batch. */
export const analysisSchema = z
  .object({
    schema: z.literal('isoflop.analysis/1').describe('Name and version of this format.'),
    model: z
      .object({
        name: z.string().describe('Name of the preset, or of the file without its ending.'),
        format: z.string().describe('family, keras, onnx, torch-export or huggingface.'),
        origin: z.string().describe('Family, or the program that wrote the file.'),
      })
      .describe('What was analysed.'),
    batch: z.int().describe('Samples at once.'),
    tokens: z.int().optional().describe('Tokens a sample; models of text only.'),
    inputs: z
      .array(z.object({ name: z.string().describe('As the source calls it.'), shape }))
      .describe('Inputs of the batch.'),
    attention,
    convention: convention.describe('How operations, parameters and activations are counted.'),
    parameters: parameters.describe('Counts.'),
    macs: count('Multiply-accumulates of a prediction.'),
    trainingMacs: count('Of a training step, forward and backward.'),
    flops: count('2 x macs.'),
    trainingFlops: count('2 x trainingMacs.'),
    operations: count('As the chosen convention counts.'),
    activations: count('Elements, as the chosen convention counts.'),
    items,
    precision: z.string().describe('Recipe of the numbers that are kept, such as bf16-adam.'),
    checkpointing: z.enum(['none', 'selective', 'full']).describe('What training computes again instead of keeping.'),
    memory: z
      .object({
        training: trainingBytes.describe('Of a training step.'),
        inference: inferenceBytes.describe('Of a prediction.'),
        caches: z
          .array(
            z.object({
              layer: z.string().describe('Name of the layer.'),
              perToken: count('Elements that a token leaves.'),
              tokens: z.number().describe('Tokens kept at most.'),
            }),
          )
          .describe('What causal attention keeps of earlier tokens, by layer.'),
      })
      .describe('Bytes.'),
    time: z
      .object({
        device: deviceSchema.describe('As the catalogue has it, or as measured.'),
        predictionSeconds: count(
          'Seconds of a prediction of the batch: calibrated where the device has a latency, else its roofline, a lower bound.',
        ),
        trainingSeconds: count(
          'Seconds of the arithmetic of a training step at half of the peak, or at the measured speed.',
        ),
      })
      .optional()
      .describe('Where a device is named.'),
    layers: z.array(layer).describe('In the order of the forward pass; they sum to the whole.'),
    blocks: z.array(block).describe('Layers by block; blocks alike that follow each other are one.'),
    stages: z.array(block).describe('Layers by group of blocks.'),
    weights: weights.optional().describe('What --weights found.'),
    findings: z
      .array(
        z.object({
          kind: z.enum(['bottleneck', 'challenge']).describe('Where the cost sits, or what will be hard.'),
          about: z
            .enum([
              'macs',
              'parameters',
              'activations',
              'attention',
              'head',
              'bandwidth',
              'memory',
              'data',
              'training-time',
            ])
            .describe('Stable word.'),
          sentence: z.string().describe('In words, without the full stop.'),
        }),
      )
      .describe('What a person should know.'),
  })
  .describe('What a model costs.');

export type AnalysisDocument = z.infer<typeof analysisSchema>;
