import { extentUnder } from '../graph/axes.ts';
import type { SizedAttribute, TiedAxes, VariableId } from '../graph/axes.ts';
import type { Graph, TensorId } from '../graph/types.ts';
import type { Edit } from '../model/edit.ts';
import type { ModelInput } from '../model/model.ts';

/** The edits that give unknowns of a graph new sizes: inputs, then axes of weights, then attributes that hold sizes. */
export function sizeEdits(
  axes: TiedAxes,
  inputs: readonly ModelInput[],
  sizes: ReadonlyMap<VariableId, number>,
): Edit[] {
  if (sizes.size === 0) return [];
  const of = extentUnder(axes, sizes);
  const { graph } = axes;
  const axisEdits = axes.weights.flatMap(({ tensor, axis, extent }): Edit[] => {
    const { name, shape } = graph.tensors[tensor];
    return of(extent) === shape[axis] ? [] : [{ kind: 'axis', tensor: name, axis, size: of(extent) }];
  });
  const attributeEdits = axes.attributes.flatMap((one) => attributeEdit(graph, one, one.extents.map(of)));
  return [...inputEdits(axes, inputs, of), ...axisEdits, ...attributeEdits];
}

function inputEdits(
  { graph, extentsOf }: TiedAxes,
  inputs: readonly ModelInput[],
  of: ReturnType<typeof extentUnder>,
): Edit[] {
  return inputs.flatMap(({ name, shape }, index): Edit[] => {
    const id: TensorId = graph.inputs.find((input) => graph.tensors[input].name === name) ?? graph.inputs[index];
    const extents = extentsOf(id).map(of);
    const now = graph.tensors[id].shape;
    if (extents.every((extent, axis) => extent === now[axis])) return [];
    return [{ kind: 'input', input: name, shape: shape.map((extent, axis) => extent && extents[axis + 1]) }];
  });
}

function attributeEdit(graph: Graph, { operator, name, extents }: SizedAttribute, values: readonly number[]): Edit[] {
  const before = operator.attributes[name];
  if (String(before) === String(values) || extents.length === 0) return [];
  const peers = graph.operators.filter(({ layer, attributes }) => layer === operator.layer && attributes[name] !== undefined);
  const index = peers.indexOf(operator);
  const value = typeof before === 'number' ? values[0] : [...values];
  return [{ kind: 'attribute', layer: operator.layer, attribute: name, ...(index > 0 ? { index } : {}), value }];
}
