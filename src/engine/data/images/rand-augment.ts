import type { Random } from '../../../core/math/random.ts';
import type { PixelGrid } from '../../../core/math/resize.ts';
import { aboutCenter, rotation, transformImage } from './affine.ts';
import { autocontrast, changeBrightness, changeContrast, changeSaturation, posterize, solarize } from './colour.ts';

/** Largest changes, at strength 1: those of Cubuk et al. 2020 (RandAugment) as torchvision has them. */
const MOST_SHEAR = 0.3;
const MOST_SHIFT = 150 / 331;
/** tan(30 degrees / 2): the rotation is 2 atan(strength x this). */
const MOST_HALF_TANGENT = 0.2679491924311227;
const MOST_COLOUR = 0.9;
const MOST_LOST_BITS = 4;

/** An operation at a magnitude in -1..1; those that know no direction take its size. */
type Operation = (image: PixelGrid, magnitude: number) => PixelGrid;

/** Each of torchvision's RandAugment but sharpness and equalize. */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  identity: (image) => image,
  shearX: (image, magnitude) => transformImage(image, aboutCenter(image, [1, MOST_SHEAR * magnitude, 0, 1])),
  shearY: (image, magnitude) => transformImage(image, aboutCenter(image, [1, 0, MOST_SHEAR * magnitude, 1])),
  translateX: (image, magnitude) =>
    transformImage(image, [1, 0, Math.round(MOST_SHIFT * image.width * magnitude), 0, 1, 0]),
  translateY: (image, magnitude) =>
    transformImage(image, [1, 0, 0, 0, 1, Math.round(MOST_SHIFT * image.height * magnitude)]),
  rotate: (image, magnitude) => transformImage(image, aboutCenter(image, rotation(MOST_HALF_TANGENT * magnitude))),
  brightness: (image, magnitude) => changeBrightness(image, 1 + MOST_COLOUR * magnitude),
  saturation: (image, magnitude) => changeSaturation(image, 1 + MOST_COLOUR * magnitude),
  contrast: (image, magnitude) => changeContrast(image, 1 + MOST_COLOUR * magnitude),
  posterize: (image, magnitude) => posterize(image, 8 - Math.round(MOST_LOST_BITS * Math.abs(magnitude))),
  solarize: (image, magnitude) => solarize(image, 256 - Math.round(256 * Math.abs(magnitude))),
  autocontrast: (image) => autocontrast(image),
};

const NAMES = Object.keys(OPERATIONS);

/** `count` operations in a row, each drawn evenly, at `strength` (0..1) in a random direction. */
export function randAugment(image: PixelGrid, count: number, strength: number, random: Random): PixelGrid {
  let changed = image;
  for (let turn = 0; turn < count; turn++) {
    const operation = OPERATIONS[NAMES[random.integer(NAMES.length)]];
    const magnitude = random.next() < 0.5 ? strength : -strength;
    if (strength > 0) changed = operation(changed, magnitude);
  }
  return changed;
}
