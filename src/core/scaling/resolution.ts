import { extentUnder } from '../graph/axes.ts';
import type { TiedAxes, VariableId } from '../graph/axes.ts';
import { ShapeError } from '../graph/shapes.ts';
import { IsoflopError } from '../terms/errors.ts';
import type { SizePlan } from './widths.ts';

/** Sizes so far from the nominal one are tried; total strides of image models are at most 64. */
const FARTHEST = 64;

/** Scales the axes of the inputs that windows slide over to the nearest sizes at which the graph still fits together. */
export function planResolution(axes: TiedAxes, factor: number): SizePlan {
  const { resolutions, variables } = axes;
  if (resolutions.length === 0) {
    throw new IsoflopError('not-identifiable', 'no resolution to scale: no input has axes that windows slide over', {
      ...(axes.graph.layers.length > 0 ? { path: `layer '${axes.graph.layers[0].name}'` } : {}),
      hint: 'Scale its depth or its width.',
    });
  }
  const nominal = new Map(resolutions.map(({ variable }) => [variable, variables[variable].size * factor]));
  const sizes = candidates(nominal).find((one) => faultOf(axes, one) === undefined);
  if (!sizes) {
    const rounded = rounding(nominal, (value) => Math.round(value));
    throw new IsoflopError('not-identifiable', `the resolution cannot be scaled by ${factor}: ${faultOf(axes, rounded)}`, {
      hint: 'Scale its depth or its width, or export the model with free sizes.',
    });
  }
  const repairs = resolutions.flatMap(({ input, axis, variable }) => {
    const [size, to] = [variables[variable].size, sizes.get(variable)!];
    const wanted = nominal.get(variable)!;
    if (Math.abs(to - wanted) < 1e-9 * wanted) return [];
    const fault = faultOf(axes, rounding(nominal, (value) => Math.max(1, Math.round(value))));
    const at = `${axes.graph.tensors[input].name}[${axis}]`;
    return [{ at, from: size, nominal: wanted, to, reason: fault ?? 'a whole number' }];
  });
  const ratios = [...sizes].map(([variable, size]) => size / variables[variable].size);
  return { sizes, repairs, achieved: Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length) };
}

const rounding = (nominal: ReadonlyMap<VariableId, number>, round: (value: number) => number): Map<VariableId, number> =>
  new Map([...nominal].map(([id, value]) => [id, round(value)]));

/** The nearest first: all moved by as much, then all rounded to the same multiple. */
function candidates(nominal: ReadonlyMap<VariableId, number>): Map<VariableId, number>[] {
  const offsets = Array.from({ length: 2 * FARTHEST + 1 }, (_, i) => (i % 2 === 0 ? -i / 2 : (i + 1) / 2));
  const moved = offsets.map((offset) => rounding(nominal, (value) => Math.round(value) + offset));
  const steps = Array.from({ length: FARTHEST }, (_, i) => i + 1);
  const rounded = steps.map((step) => rounding(nominal, (value) => Math.round(value / step) * step));
  return [...moved, ...rounded].filter((sizes) => [...sizes.values()].every((size) => size >= 1));
}

/** The first thing in the graph that the sizes break, in words; undefined where all fits. */
export function faultOf(axes: TiedAxes, sizes: ReadonlyMap<VariableId, number>): string | undefined {
  const of = extentUnder(axes, sizes);
  try {
    for (const { left, right, layer } of axes.equalities)
      if (of(left) !== of(right)) return `layer '${layer}' meets ${of(left)} and ${of(right)} cells`;
    for (const { extent, divisor, layer } of axes.multiples)
      if (of(extent) % divisor !== 0) return `layer '${layer}' wants a multiple of ${divisor}`;
    for (const { id } of axes.graph.tensors)
      if (axes.extentsOf(id).some((extent) => !(of(extent) >= 1))) return `nothing is left of '${axes.graph.tensors[id].name}'`;
  } catch (error) {
    if (error instanceof ShapeError) return error.message;
    throw error;
  }
  return undefined;
}
