import { z } from 'zod';

const pair = (meaning: string): z.ZodTuple =>
  z.tuple([z.number().min(0), z.number().min(0)]).describe(`${meaning} In the first model and in the second.`);

const named = z.object({
  name: z.string().describe('Name of the preset, or of the file without its ending.'),
  format: z.string().describe('family, keras, onnx, torch-export or huggingface.'),
  origin: z.string().describe('Family, or the program that wrote the file.'),
});

const change = z.object({
  what: z.string().describe('output, a parameter within its layer such as weight, or an attribute such as strides.'),
  from: z.string().describe('As the first model says it; none where it does not.'),
  to: z.string().describe('As the second model says it; none where it does not.'),
});

const layer = z.object({
  status: z.enum(['same', 'changed', 'added', 'removed']).describe('Of the second model against the first.'),
  name: z.string().describe('In the first model; in the second where the first lacks it.'),
  otherName: z.string().optional().describe('In the second model, where it calls the layer otherwise.'),
  type: z.string().describe('Kind of layer, such as conv 3x3 or Dense.'),
  block: z.string().describe('Block that it stands in, or nothing.'),
  parameters: pair('Its own parameters, a count; 0 where a model lacks the layer.'),
  macs: pair('Multiply-accumulates of a prediction of the batch, a count.'),
  changes: z.array(change).describe('What the two say otherwise; empty unless status is changed.'),
});

/** `isoflop diff --json`. */
export const diffSchema = z
  .object({
    schema: z.literal('isoflop.diff/1').describe('Name and version of this format.'),
    a: named.describe('The first model.'),
    b: named.describe('The second model.'),
    totals: z
      .array(
        z.object({
          what: z
            .enum(['parameters', 'macs', 'trainingMacs', 'activations', 'trainingBytes', 'inferenceBytes'])
            .describe('Counts, but for trainingBytes and inferenceBytes, which are bytes.'),
          values: pair('Raw, of the whole batch.'),
          ratio: z.number().nullable().describe('The second for one of the first; null where the first is 0.'),
        }),
      )
      .describe('Of the whole models.'),
    layers: z.array(layer).describe('Every layer of both, in the order of the second model.'),
  })
  .describe('Two models compared layer by layer.');

export type DiffDocument = z.infer<typeof diffSchema>;
