import { variablesOf } from '../graph/axes.ts';
import type { Extent, TiedAxes, VariableId, WeightAxis } from '../graph/axes.ts';
import { gcd, lcm } from './repair.ts';

/** Axes that must have one size, and may have another one. */
export interface WidthClass {
  readonly variable: VariableId;
  /** The first layer that makes it. */
  readonly name: string;
  readonly size: number;
  /** Sizes are multiples of it. */
  readonly step: number;
  /** Why, where the step is more than 1. */
  readonly reason: string;
  /** `heads`: counts heads of a fixed size. `feedForward`: stands between two weights of one other width alone. */
  readonly kind: 'width' | 'heads' | 'feedForward';
  /** The class that it moves with in proportion: the heads of a transformer's width, the width of a feed-forward layer. */
  readonly follows?: VariableId;
}

/** Widths are kept multiples of it where they are one: matrix units of devices like it. */
export const WIDTH_DIVISOR = 8;

/** The widths of a graph that may vary, each on its own. */
export function widthClasses(axes: TiedAxes, divisor = WIDTH_DIVISOR): WidthClass[] {
  const free = independent(axes);
  const inner = innerWidths(axes, free);
  return free.map((variable) => {
    const isHeads = axes.heads.has(variable);
    const heads = isHeads ? undefined : free.find((id) => axes.heads.has(id) && isHeadsWidth(axes, variable, id));
    const follows = heads ?? inner.get(variable);
    return {
      variable,
      name: nameOf(axes, variable),
      size: axes.variables[variable].size,
      ...stepOf(axes, variable, divisor),
      kind: isHeads ? 'heads' : heads === undefined && inner.has(variable) ? 'feedForward' : 'width',
      ...(follows === undefined ? {} : { follows }),
    };
  });
}

/** Widths between two or more weights of one other width: inside a feed-forward part, or squeezed. Of two such the larger is inside. */
function innerWidths(axes: TiedAxes, free: readonly VariableId[]): Map<VariableId, VariableId> {
  const isFree = new Set(free);
  const neighbours = new Map(free.map((id) => [id, [] as VariableId[]]));
  for (const of of Map.groupBy(axes.weights, ({ tensor }) => tensor).values()) {
    const ids = [...new Set(of.flatMap(({ extent }) => variablesOf(extent)))].filter((id) => isFree.has(id));
    for (const id of ids) neighbours.get(id)!.push(...ids.filter((other) => other !== id));
  }
  const only = (id: VariableId): VariableId | undefined => {
    const others = neighbours.get(id)!;
    return others.length > 1 && new Set(others).size === 1 && !axes.heads.has(id) ? others[0] : undefined;
  };
  const size = (id: VariableId): number => axes.variables[id].size;
  return new Map(
    free.flatMap((id) => {
      const other = only(id);
      const isInside = other !== undefined && (only(other) !== id || size(id) > size(other)) && !axes.heads.has(other);
      return isInside ? [[id, other]] : [];
    }),
  );
}

/** Of the factors of one axis a single one scales: heads before others, then the one that most weights have. */
function independent(axes: TiedAxes): VariableId[] {
  const free = new Set(axes.widths.filter((id) => !isUndivided(axes, id)));
  const uses = (id: VariableId): number => axes.weights.filter(({ extent }) => variablesOf(extent).includes(id)).length;
  const rank = (id: VariableId): number => (axes.heads.has(id) ? 1e9 : 0) + uses(id);
  for (const extent of allExtents(axes)) {
    for (const { variables } of extent) {
      const factors = [...new Set(variables)].filter((id) => free.has(id)).sort((a, b) => rank(b) - rank(a));
      for (const id of factors.slice(1)) free.delete(id);
    }
  }
  return [...free];
}

const allExtents = ({ weights, attributes }: TiedAxes): Extent[] => [
  ...weights.map(({ extent }) => extent),
  ...attributes.flatMap(({ extents }) => extents),
];

/** Whether it is a part of a sum that must stay divisible though the part is not. */
function isUndivided(axes: TiedAxes, id: VariableId): boolean {
  return axes.multiples.some(
    ({ extent, divisor }) => extent.length > 1 && extent.some((term) => termSize(axes, [term], id) % divisor !== 0),
  );
}

const termSize = (axes: TiedAxes, extent: Extent, id: VariableId): number => {
  const term = extent.find(({ variables }) => variables.includes(id));
  return term ? term.variables.reduce((size, one) => size * axes.variables[one].size, term.coefficient) : 0;
};

function stepOf(axes: TiedAxes, id: VariableId, divisor: number): { step: number; reason: string } {
  const { size } = axes.variables[id];
  let [step, reason] = [1, ''];
  const demand = (multiple: number, share: number, why: string): void => {
    const wanted = lcm(step, multiple / gcd(multiple, share));
    if (wanted > step) reason = why;
    step = wanted;
  };
  for (const { extent } of axes.weights) {
    const total = termSize(axes, extent, id);
    if (extent.length !== 1 || total === 0) continue;
    // A number of heads alone is no width.
    if (axes.heads.has(id) && total === size) continue;
    const multiple = gcd(total, divisor);
    demand(multiple, total / size, `a multiple of ${multiple}`);
  }
  for (const { extent, divisor: groups, layer } of axes.multiples) {
    const total = termSize(axes, extent, id);
    if (total > 0) demand(groups, total / size, `${groups} groups of '${layer}' must divide it`);
  }
  return { step, reason };
}

/** Whether a projection between this width and the heads shows them equal in size, as in width = heads x head size. */
function isHeadsWidth(axes: TiedAxes, id: VariableId, heads: VariableId): boolean {
  const { size } = axes.variables[id];
  const byTensor = Map.groupBy(axes.weights, ({ tensor }) => tensor);
  return [...byTensor.values()].some((of: readonly WeightAxis[]) => {
    const isAlone = of.some(({ extent }) => variablesOf(extent).length === 1 && termSize(axes, extent, id) === size);
    const others = of.filter(({ extent }) => !variablesOf(extent).includes(id));
    const has = others.some(({ extent }) => variablesOf(extent).includes(heads));
    const { shape } = axes.graph.tensors[of[0].tensor];
    return isAlone && has && others.reduce((total, { axis }) => total * shape[axis], 1) === size;
  });
}

/** The layer whose weight makes the width: the first with a bias or a last axis of it, else the first that has it. */
function nameOf(axes: TiedAxes, id: VariableId): string {
  const found = axes.weights.find(({ extent }) => variablesOf(extent).includes(id))!;
  const { tensor } = found;
  const { parameters, buffers, tensors } = axes.graph;
  const parameter = parameters.find((one) => one.tensor === tensor)?.parameter;
  return parameter?.layer ?? buffers.find((one) => one.tensor === tensor)?.layer ?? tensors[tensor].name;
}
