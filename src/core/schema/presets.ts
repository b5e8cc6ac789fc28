import { z } from 'zod';

const preset = z.strictObject({
  name: z.string().describe('As commands take it.'),
  group: z.string().describe('Heading of the catalogue.'),
  spec: z
    .looseObject({ family: z.string().describe('Name of the family.') })
    .describe('The model as in our YAML: its family and parameters.'),
  source: z.string().describe('Paper or file that the numbers come from.'),
  note: z.string().optional().describe('What a user must know of them.'),
  params: z.int().min(0).describe('Trained parameters, a count; tied ones once.'),
  macs: z.number().min(0).describe("Multiply-accumulates of one sample's forward pass at `input`, attention in full."),
  input: z.array(z.int()).describe('Shape of the first input, without the batch.'),
  inputType: z.enum(['float32', 'int32']).describe('Of its elements; whole numbers are tokens.'),
});

/** What `isoflop presets --json` prints. */
export const presetsSchema = z
  .strictObject({
    schema: z.literal('isoflop.presets/1').describe('Name and version of this format.'),
    presets: z.array(preset).describe('All of the catalogue, or those that were asked for.'),
  })
  .describe('Published models that isoflop knows, with what they cost.');
