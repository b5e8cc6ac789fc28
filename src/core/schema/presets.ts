import { z } from 'zod';

const preset = z.strictObject({
  name: z.string(),
  group: z.string().describe('Heading of the catalogue.'),
  spec: z.looseObject({ family: z.string() }).describe('The model as in our YAML: its family and parameters.'),
  source: z.string().describe('Paper or file that the numbers come from.'),
  note: z.string().optional().describe('What a user must know of them.'),
  params: z.int().min(0).describe('Trained parameters; tied ones once.'),
  macs: z.number().min(0).describe("Multiply-accumulates of one sample's forward pass at `input`, attention in full."),
  input: z.array(z.int()).describe('Shape of the first input, without the batch.'),
  inputType: z.enum(['float32', 'int32']),
});

/** What `isoflop presets --json` prints. */
export const presetsSchema = z.strictObject({ schema: z.literal('isoflop.presets/1'), presets: z.array(preset) });
