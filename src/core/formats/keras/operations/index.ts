import type { Lower } from '../call.ts';
import { ELEMENTWISE_OPERATIONS } from './elementwise.ts';
import { PRODUCT_OPERATIONS } from './products.ts';
import { REDUCTION_OPERATIONS } from './reductions.ts';
import { SHAPE_OPERATIONS } from './shapes.ts';

/** Functions of keras.ops by class, as functional models store them between layers. */
export const OPERATIONS: Readonly<Record<string, Lower>> = {
  ...ELEMENTWISE_OPERATIONS,
  ...PRODUCT_OPERATIONS,
  ...REDUCTION_OPERATIONS,
  ...SHAPE_OPERATIONS,
};
