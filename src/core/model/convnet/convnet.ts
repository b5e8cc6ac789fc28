import { openFamily } from '../family.ts';
import type { Family } from '../family.ts';
import { convnetSchema } from './check.ts';
import { convnetKnobs } from './knobs.ts';
import { lowerConvnet } from './lower.ts';
import type { ConvnetSpec } from './schema.ts';

/** Convolutional image classifiers: a stem, stages of equal blocks, a head. */
export const CONVNET: Family<ConvnetSpec> = {
  family: 'convnet',
  schema: convnetSchema,
  inputs: ({ channels, resolution }) => [
    { name: 'image', shape: [channels, resolution, resolution], dtype: 'float32' },
  ],
  lower: lowerConvnet,
  knobs: convnetKnobs,
};

export const openConvnet = openFamily(CONVNET);
