import { z } from 'zod';
import { editSchema } from './edit.ts';

const factors = (meaning: string): z.ZodObject =>
  z
    .object({
      depth: z.number().positive().optional().describe('Blocks.'),
      width: z.number().positive().optional().describe('Channels, units and heads.'),
      resolution: z.number().positive().optional().describe('Each extent of the image.'),
      feedForward: z.number().positive().optional().describe('Hidden units, where they have a factor of their own.'),
      kvHeads: z
        .number()
        .positive()
        .optional()
        .describe('Heads of keys and values, where they have a factor of their own.'),
    })
    .describe(meaning);

const size = z.object({
  params: z.number().min(0).describe('Trained and frozen, raw.'),
  macs: z.number().min(0).describe('Multiply-accumulates of one forward pass at batch 1; attention in full.'),
});

const times = z.number().positive().describe('Factor of the operations that the axes share.');

/** How a model was scaled. */
const ruleSchema = z.discriminatedUnion('rule', [
  z
    .object({
      rule: z.literal('axes').describe('A factor of its own for each axis; one left out stays.'),
      depth: z.number().positive().optional().describe('Factor of the blocks.'),
      width: z.number().positive().optional().describe('Factor of channels, units and heads.'),
      resolution: z.number().positive().optional().describe("Factor of the image's height and width."),
      feedForward: z.number().positive().optional().describe('Factor of the hidden units.'),
      kvHeads: z.number().positive().optional().describe('Factor of the heads of keys and values.'),
    })
    .describe('Axis by axis.'),
  z
    .object({
      rule: z.literal('compound').describe('alpha^phi, beta^phi, gamma^phi (Tan and Le 2019).'),
      phi: z.number().describe('Any number, also negative.'),
      alpha: z.number().positive().optional().describe('Depth of one phi. Default 1.2.'),
      beta: z.number().positive().optional().describe('Width of one phi. Default 1.1.'),
      gamma: z.number().positive().optional().describe('Resolution of one phi. Default 1.15.'),
    })
    .describe('Compound scaling.'),
  z
    .object({
      rule: z.literal('dollar').describe('Fast compound scaling (Dollar et al. 2021).'),
      times,
      weights: z.string().optional().describe('Shares of depth, width and resolution. Default d1_w8_r1.'),
    })
    .describe('Fast compound scaling.'),
  z
    .object({ rule: z.literal('balanced').describe('Depth and width by one factor.'), times })
    .describe('Depth and width in balance.'),
  z
    .object({ rule: z.literal('sovit').describe('Hidden units fastest (Alabdulmohsin et al. 2023).'), times })
    .describe("SoViT's exponents."),
  z
    .object({
      rule: z.literal('powers').describe('Each axis by times to a power of its own.'),
      times,
      exponents: z
        .partialRecord(z.enum(['depth', 'width', 'resolution', 'feedForward', 'kvHeads']), z.number())
        .describe('Power by axis.'),
    })
    .describe('Powers of one factor.'),
]);

/** What `isoflop scale --json` prints. */
export const scaleSchema = z
  .object({
    schema: z.literal('isoflop.scale/1').describe('Name and version of this format.'),
    name: z.string().describe('Name of the variant.'),
    parent: z.string().describe('Model that it was made from.'),
    rule: ruleSchema.describe('How it was scaled.'),
    nominal: factors('What the rule asked for.'),
    achieved: factors(
      'What the rounded sizes make of it: a ratio of weighted layers in blocks for depth, geometric means for the others.',
    ),
    before: size.describe('Of the parent.'),
    after: size.describe('Of the variant.'),
    repairs: z
      .array(
        z.object({
          at: z.string().describe('Knob.'),
          from: z.number().describe("The parent's size, a count."),
          nominal: z.number().describe('Size that the rule asks for, a count that need not be whole.'),
          to: z.number().describe('Size that it got, a count.'),
          reason: z.string().describe('Why it could not take the nominal size.'),
        }),
      )
      .describe('Every size that could not take its nominal value.'),
    warnings: z.array(z.string()).describe('What a person must know, as sentences.'),
    suggestions: z
      .array(
        z.object({
          setting: z.enum(['dropout', 'stochasticDepth', 'randAugment', 'mixup']).describe('Regularisation.'),
          before: z.number().describe('For the parent: a rate in [0, 1], or the magnitude of RandAugment.'),
          after: z.number().describe('For the variant, in the same unit.'),
          source: z.string().describe('Published models that it follows.'),
        }),
      )
      .describe('Regularisation that would go with the new size: advice.'),
    hyperparameters: z
      .object({
        rule: z.enum(['standard', 'mup', 'completep']).describe('Parametrisation.'),
        rows: z
          .array(
            z.object({
              tensor: z.string().describe('Name; of several tensors with the numbers in which they differ as *.'),
              tensors: z.int().describe('Tensors that share the row.'),
              names: z.array(z.string()).describe('Every one of them.'),
              role: z.string().describe('embedding, position, matrix, head, gain or bias.'),
              fanInFactor: z.number().describe('Of the inputs that one output sums over.'),
              learningRate: z.number().describe('Factor of the learning rate.'),
              deviation: z.number().describe('Factor of the standard deviation of initial values.'),
              weightDecay: z.number().describe("Factor of AdamW's coefficient."),
              epsilon: z.number().describe("Factor of Adam's epsilon."),
              output: z.number().describe("Factor on the layer's output in the forward pass."),
            }),
          )
          .describe('By kind of tensor.'),
      })
      .optional()
      .describe('Factors on what holds in the parent, by kind of tensor.'),
    edits: z.array(editSchema).describe('Changes of the parent, to be replayed in order.'),
    out: z.string().optional().describe('File that the scaled model was written to.'),
  })
  .describe('A model scaled by a rule.');
