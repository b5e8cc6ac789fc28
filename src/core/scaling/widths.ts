import type { VariableId } from '../graph/axes.ts';
import { nearestMultiple } from './repair.ts';
import type { Repair } from './repair.ts';
import type { WidthClass } from './width-classes.ts';

/** New sizes of some unknowns of a graph. */
export interface SizePlan {
  readonly sizes: ReadonlyMap<VariableId, number>;
  readonly repairs: readonly Repair[];
  /** What the sizes achieve; a geometric mean where there are several. */
  readonly achieved: number;
}

/** Scales every width by one factor, each rounded to what its constraints allow. Achieved: the geometric mean over the widths. */
export function planWidths(classes: readonly WidthClass[], factor: number): SizePlan {
  const sizes = new Map<VariableId, number>();
  const repairs: Repair[] = [];
  // Heads first: widths that follow them need their number.
  for (const one of [...classes].sort((a, b) => Number(b.isHeads) - Number(a.isHeads))) {
    const { to, reason } = scaledSize(one, factor, classes, sizes);
    sizes.set(one.variable, to);
    const nominal = one.size * factor;
    if (Math.abs(to - nominal) > 1e-9 * nominal) repairs.push({ at: one.name, from: one.size, nominal, to, reason });
  }
  const logs = classes.map(({ variable, size }) => Math.log(sizes.get(variable)! / size));
  const achieved = Math.exp(logs.reduce((a, b) => a + b, 0) / Math.max(1, logs.length));
  return { sizes, repairs, achieved };
}

function scaledSize(
  { size, step, reason, isHeads, follows }: WidthClass,
  factor: number,
  classes: readonly WidthClass[],
  sizes: ReadonlyMap<VariableId, number>,
): { to: number; reason: string } {
  const heads = classes.find(({ variable }) => variable === follows);
  if (heads) {
    const to = (size / heads.size) * sizes.get(heads.variable)!;
    if (to % step === 0) return { to, reason: `${sizes.get(heads.variable)} heads of ${size / heads.size}` };
  }
  const whole = isHeads ? 'a whole number of heads' : 'a whole number';
  return { to: nearestMultiple(size * factor, step), reason: reason === '' ? whole : reason };
}
