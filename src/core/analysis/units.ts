import type { Layer } from '../graph/types.ts';

type Place = Pick<Layer, 'name' | 'block'>;

const isNumber = (part: string): boolean => /^\d+$/.test(part);

/**
 * The block that people would name, of a layer that may stand deeper: `layers.0` of `layers.0.mlp.up`, since modules that repeat are
 * numbered, else the whole block; a layer without a block stands for itself.
 */
export function unitOf({ name, block }: Place): string {
  const path = (block || name).split('.');
  const index = path.findIndex(isNumber);
  return index < 0 ? block || name : path.slice(0, index + 1).join('.');
}

/** The group that a block belongs to: `layers` of `layers.0`, `stage2` of `stage2.block1`. */
export function stageOf(place: Place): string {
  const path = unitOf(place).split('.');
  if (path.length === 1) return path[0];
  return isNumber(path.at(-1)!) ? path.slice(0, -1).join('.') : path[0];
}

/** The part of its block that a layer belongs to: `mlp` of `model.layers.0.mlp.up` in `layers.0`; '' where its name does not show it. */
export function partOf(place: Place): string {
  const unit = unitOf(place);
  const at = place.name.indexOf(`${unit}.`);
  return at < 0 ? '' : place.name.slice(at + unit.length + 1).split('.')[0];
}
