import { RULES } from './axes/operators.ts';
import { evaluate, variablesOf } from './axes/extent.ts';
import type { Extent, VariableId } from './axes/extent.ts';
import type { AxisVariable, Equality, Multiple } from './axes/system.ts';
import { OperatorAxes, Tying } from './axes/tying.ts';
import type { SizedAttribute } from './axes/tying.ts';
import type { Graph, TensorId } from './types.ts';

export { evaluate, variablesOf } from './axes/extent.ts';
export type { Extent, Term, VariableId } from './axes/extent.ts';
export type { AxisVariable, Equality, Hold, Multiple } from './axes/system.ts';
export type { SizedAttribute } from './axes/tying.ts';

/** One axis of a parameter or buffer. */
export interface WeightAxis {
  readonly tensor: TensorId;
  readonly axis: number;
  readonly extent: Extent;
}

/** The axes of a forward graph as polynomials of unknowns: what must change together. Extents are resolved. */
export interface TiedAxes {
  readonly graph: Graph;
  readonly variables: readonly AxisVariable[];
  /** Axes of the parameters and buffers. */
  readonly weights: readonly WeightAxis[];
  readonly attributes: readonly SizedAttribute[];
  readonly equalities: readonly Equality[];
  readonly multiples: readonly Multiple[];
  /** Unknowns that weights make and that may vary: the widths. */
  readonly widths: readonly VariableId[];
  /** Those of them that count heads: attention repeats over them. */
  readonly heads: ReadonlySet<VariableId>;
  /** Axes of the inputs that windows slide over, by input. */
  readonly resolutions: readonly { readonly input: TensorId; readonly axis: number; readonly variable: VariableId }[];
  /** The extents of a tensor's axes. */
  extentsOf(tensor: TensorId): readonly Extent[];
}

/** Which axes of a graph's tensors are tied together, and how. Reads a graph lowered with a batch of 1. */
export function tiedAxes(graph: Graph): TiedAxes {
  const tying = new Tying(graph);
  for (const operator of graph.operators) RULES[operator.kind](new OperatorAxes(tying, operator));
  holdOutputs(tying);
  const { system } = tying;
  const resolved = (extent: Extent): Extent => system.resolve(extent);
  const ids = [...graph.parameters, ...graph.buffers].map(({ tensor }) => tensor);
  const heads = headsOf(tying);
  const extents = tying.extents.map((one) => one.map(resolved));
  const weights = [...new Set(ids)].flatMap((tensor) =>
    extents[tensor].map((extent, axis) => ({ tensor, axis, extent })),
  );
  return {
    graph,
    variables: system.variables.map(({ follow, ...rest }) =>
      follow ? { ...rest, follow: { ...follow, inputs: follow.inputs.map(resolved) } } : rest,
    ),
    weights,
    attributes: tying.attributes.map((one) => ({ ...one, extents: one.extents.map(resolved) })),
    equalities: system.equalities.map((one) => ({ ...one, left: resolved(one.left), right: resolved(one.right) })),
    multiples: system.multiples.map((one) => ({ ...one, extent: resolved(one.extent) })),
    widths: widthsOf(tying, weights),
    heads,
    resolutions: resolutionsOf(tying),
    extentsOf: (tensor) => extents[tensor],
  };
}

/** What leaves the model is its contract: the number of its classes, the width of its features. */
function holdOutputs({ graph, system, extents }: Tying): void {
  const makers = new Map(graph.operators.flatMap(({ outputs, layer }) => outputs.map((id) => [id, layer] as const)));
  for (const id of Object.values(graph.outputs)) {
    const hold = { layer: makers.get(id) ?? '', reason: 'it leaves the model', unclear: false };
    for (const extent of extents[id]) system.hold(extent, hold);
  }
}

/** Attention repeats over heads and sums over the head size, which stays. A single head has no such size: its width may vary. */
function headsOf({ system, products }: Tying): Set<VariableId> {
  const heads = new Set<VariableId>();
  for (const { batch, inner } of products) {
    const repeated = batch.flatMap((extent) => variablesOf(system.resolve(extent))).filter((id) => isFree(system.variables[id]));
    if (repeated.length === 0) continue;
    for (const id of repeated) heads.add(id);
    for (const extent of inner) system.hold(extent, { layer: '', reason: 'it is the size of a head', unclear: false });
  }
  return heads;
}

const isFree = ({ kind, hold }: AxisVariable): boolean => kind === 'free' && hold === undefined;

function widthsOf({ system, made }: Tying, weights: readonly WeightAxis[]): VariableId[] {
  const inMade = new Set(made.flatMap((extent) => variablesOf(system.resolve(extent))));
  const inWeights = new Set(weights.flatMap(({ extent }) => variablesOf(extent)));
  return [...inMade].filter((id) => inWeights.has(id) && isFree(system.variables[id])).sort((a, b) => a - b);
}

/** Images and signals: axes of inputs of real numbers that windows slide over, at once or after zeros were added. */
function resolutionsOf({ graph, system, slid, extents }: Tying): TiedAxes['resolutions'] {
  const moved = new Set<VariableId>();
  const trace = (extent: Extent): void => {
    for (const id of variablesOf(system.resolve(extent))) {
      if (moved.has(id)) continue;
      moved.add(id);
      system.variables[id].follow?.inputs.forEach(trace);
    }
  };
  slid.forEach(trace);
  return graph.inputs
    .filter((input) => graph.tensors[input].dtype === 'float32')
    .flatMap((input) =>
      extents[input].flatMap((extent, axis) => {
        const [variable] = variablesOf(extent);
        return variable !== undefined && moved.has(variable) ? [{ input, axis, variable }] : [];
      }),
    );
}

/** The value of an extent under new values of some unknowns; the others keep theirs, and what follows is computed. */
export function extentUnder(axes: TiedAxes, changed: ReadonlyMap<VariableId, number>): (extent: Extent) => number {
  const known = new Map(changed);
  const valueOf = (id: VariableId): number => {
    const before = known.get(id);
    if (before !== undefined) return before;
    const { size, follow } = axes.variables[id];
    const value = follow ? follow.of(follow.inputs.map(of)) : size;
    known.set(id, value);
    return value;
  };
  const of = (extent: Extent): number => evaluate(extent, valueOf);
  return of;
}
