import type { Lower } from '../call.ts';
import { CONVOLUTION_OPERATIONS } from './convolutions.ts';
import { ELEMENTWISE_OPERATIONS } from './elementwise.ts';
import { JOINING_OPERATIONS } from './joining.ts';
import { NORMALIZATION_OPERATIONS } from './normalizations.ts';
import { PICKING_OPERATIONS } from './picking.ts';
import { PRODUCT_OPERATIONS } from './products.ts';
import { REDUCTION_OPERATIONS } from './reductions.ts';
import { SHAPE_OPERATIONS } from './shapes.ts';

/** Functions of keras.ops by class, as functional models store them between layers. */
export const OPERATIONS: Readonly<Record<string, Lower>> = {
  ...CONVOLUTION_OPERATIONS,
  ...ELEMENTWISE_OPERATIONS,
  ...JOINING_OPERATIONS,
  ...NORMALIZATION_OPERATIONS,
  ...PICKING_OPERATIONS,
  ...PRODUCT_OPERATIONS,
  ...REDUCTION_OPERATIONS,
  ...SHAPE_OPERATIONS,
};
