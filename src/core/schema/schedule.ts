import { z } from 'zod';

const share = z.number().min(0).max(1);
const warmup = share.default(0.1).describe('Share of the steps spent rising linearly from 0.');
const floor = share
  .default(0.03)
  .describe('Last learning rate as a share of the peak (cosine, wsd, linear and cosine-restarts).');

const plainSchema = z.strictObject({
  kind: z
    .enum(['constant', 'cosine', 'wsd', 'linear'])
    .default('cosine')
    .describe('Shape after warm-up; wsd is warm-up, stable, decay.'),
  warmup,
  floor,
  decay: share.default(0.2).describe('Share of the steps in the final linear decay (wsd only).'),
});

const restartsSchema = z.strictObject({
  kind: z.literal('cosine-restarts').describe('Cosines one after the other (Loshchilov and Hutter 2017).'),
  warmup,
  floor,
  cycles: z.int().min(1).max(1000).default(4).describe('Cosines of equal length after the warm-up.'),
});

const inverseRootSchema = z.strictObject({
  kind: z
    .literal('inverse-sqrt')
    .describe('After warm-up of w steps the root of w / step (Vaswani et al. 2017, section 5.3).'),
  warmup,
});

const stepSchema = z.strictObject({
  kind: z.literal('step').describe('Falls by a factor at each milestone.'),
  warmup: warmup.default(0),
  milestones: z
    .array(share)
    .min(1)
    .max(100)
    .default([0.5, 0.75])
    .describe('Where the learning rate falls, as shares of the steps.'),
  factor: z.number().positive().max(1).default(0.1).describe('What is left of the learning rate at each milestone.'),
});

/** Defaults are those of PyTorch's OneCycleLR. */
const oneCycleSchema = z.strictObject({
  kind: z.literal('one-cycle').describe('Rises to the peak and falls far below its start (Smith and Topin 2018).'),
  rise: share.default(0.3).describe('Share of the steps on the way up.'),
  start: share.default(1 / 25).describe('First learning rate as a share of the peak.'),
  floor: share.default(1 / 250_000).describe('Last learning rate as a share of the peak.'),
  shape: z.enum(['cosine', 'linear']).default('cosine').describe('Of both ways.'),
});

export const scheduleSchema = z
  .discriminatedUnion('kind', [plainSchema, restartsSchema, inverseRootSchema, stepSchema, oneCycleSchema])
  .describe('How the learning rate moves over a run.');

export type Schedule = z.infer<typeof scheduleSchema>;
