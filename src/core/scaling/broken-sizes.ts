import { extentUnder } from '../graph/axes.ts';
import type { TiedAxes, VariableId } from '../graph/axes.ts';
import { ShapeError } from '../graph/shapes.ts';

/** The first thing in a graph that new sizes of its unknowns break, in words; undefined where all fits. */
export function brokenSizes(axes: TiedAxes, sizes: ReadonlyMap<VariableId, number>): string | undefined {
  const of = extentUnder(axes, sizes);
  try {
    for (const { left, right, layer } of axes.equalities)
      if (of(left) !== of(right)) return `layer '${layer}' would meet ${of(left)} and ${of(right)} cells`;
    for (const { extent, divisor, layer } of axes.multiples)
      if (of(extent) % divisor !== 0) return `layer '${layer}' wants a multiple of ${divisor}, not ${of(extent)}`;
    for (const { id, name } of axes.graph.tensors)
      if (axes.extentsOf(id).some((extent) => !(of(extent) >= 1))) return `nothing would be left of '${name}'`;
  } catch (error) {
    if (error instanceof ShapeError) return error.message;
    throw error;
  }
  return undefined;
}
