import { z } from 'zod';
import { deviceSchema } from './analysis.ts';
import { latencyErrorSchema, latencyModelSchema } from './latency.ts';

const seconds = (meaning: string): z.ZodNumber => z.number().min(0).describe(meaning);
/** What a machine was calibrated with, as it is kept. */
export const calibrationSchema = z.object({
  schema: z.literal('isoflop.calibration/1'),
  date: z.string(),
  threads: z.int().min(1),
  device: deviceSchema,
  latency: latencyModelSchema,
  programs: z.array(
    z.object({
      name: z.string(),
      features: z.record(z.string(), z.number().min(0)),
      seconds: z.number().positive(),
    }),
  ),
});
export type Calibration = z.infer<typeof calibrationSchema>;

const estimate = z.object({
  seconds: seconds('Of a batch.'),
  error: z.number().describe('estimate / measured p50 - 1, a share.'),
});

const batch = z.object({
  batch: z.int().min(1).describe('Samples at once.'),
  runs: z.int().min(1).describe('Warm runs that count.'),
  disturbed: z
    .int()
    .min(0)
    .describe(
      'Runs in which other work took cores: left out, or, on one thread, counted with their processor time where fewer than 5 others remain.',
    ),
  p50: seconds('Median of the warm runs.'),
  p90: seconds('Nine of ten runs stay below it.'),
  p99: seconds('99 of 100 runs stay below it; with fewer runs nearly the longest.'),
  samplesPerSecond: seconds('batch / p50.'),
  cold: z
    .object({
      session: seconds('From the program to a session: reading, optimising, packing the weights.'),
      firstRun: seconds('The first run.'),
    })
    .describe('Wall seconds until the first answer.'),
  peakBytes: z.number().min(0).describe('Most memory of the whole process, from loading the batch on.'),
  calibrated: estimate.describe('By the calibration of this machine, as it was before this model was measured.'),
  roofline: estimate.describe('By measured peak and bandwidth alone, each operator by itself.'),
});

/** `isoflop measure --json`. */
export const measureSchema = z
  .object({
    schema: z.literal('isoflop.measure/1').describe('Name and version of this format.'),
    model: z
      .object({
        name: z.string().describe('Name of the preset, or of the file without its ending.'),
        format: z.string().describe('family, keras, onnx, torch-export or huggingface.'),
        origin: z.string().describe('Family, or the program that wrote the file.'),
      })
      .describe('What was measured.'),
    threads: z.int().min(1).describe("onnxruntime's threads."),
    precision: z.literal('float32').describe('Of weights and activations.'),
    tokens: z.int().optional().describe('Tokens a sample; models of text only.'),
    device: deviceSchema.describe('This machine on so many threads.'),
    batches: z.array(batch).min(1).describe('By samples at once.'),
    calibration: z
      .object({
        date: z.string().describe('When it was made.'),
        programs: z.int().describe('Timed programs.'),
        error: latencyErrorSchema,
      })
      .describe('What the calibrated estimates rest on.'),
  })
  .describe('How fast a model predicts on this machine.');

export type MeasureDocument = z.infer<typeof measureSchema>;
