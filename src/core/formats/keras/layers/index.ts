import type { Lower } from '../call.ts';
import { ACTIVATION_LAYERS } from './activation.ts';
import { ATTENTION_LAYERS } from './attention.ts';
import { CONVOLUTION_LAYERS } from './convolution.ts';
import { CONVOLUTIONAL_RECURRENT_LAYERS } from './convolutional-recurrent.ts';
import { DENSE_LAYERS } from './dense.ts';
import { EMBEDDING_LAYERS } from './embedding.ts';
import { MERGING_LAYERS } from './merging.ts';
import { NORMALIZATION_LAYERS } from './normalization.ts';
import { POOLING_LAYERS } from './pooling.ts';
import { PREPROCESSING_LAYERS } from './preprocessing.ts';
import { RECURRENT_LAYERS } from './recurrent.ts';
import { RESHAPING_LAYERS } from './reshaping.ts';
import { WRAPPER_LAYERS } from './wrappers.ts';

/** Keras's layers by class. */
export const LAYERS: Readonly<Record<string, Lower>> = {
  ...ACTIVATION_LAYERS,
  ...ATTENTION_LAYERS,
  ...CONVOLUTION_LAYERS,
  ...CONVOLUTIONAL_RECURRENT_LAYERS,
  ...DENSE_LAYERS,
  ...EMBEDDING_LAYERS,
  ...MERGING_LAYERS,
  ...NORMALIZATION_LAYERS,
  ...POOLING_LAYERS,
  ...PREPROCESSING_LAYERS,
  ...RECURRENT_LAYERS,
  ...RESHAPING_LAYERS,
  ...WRAPPER_LAYERS,
};
