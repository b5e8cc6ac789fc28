import type { TiedAxes } from '../graph/axes.ts';
import type { Graph } from '../graph/types.ts';
import type { Model } from '../model/model.ts';
import { IsoflopError } from '../terms/errors.ts';

const refusal = (message: string, layer: string | undefined, hint: string): IsoflopError =>
  new IsoflopError('not-identifiable', message, { ...(layer ? { path: `layer '${layer}'` } : {}), hint });

/** No block repeats: the first layer with weights that changes the shape it gets. */
export function depthRefusal(graph: Graph): IsoflopError {
  const shape = (id: number): readonly number[] => graph.tensors[id].shape;
  const weighted = graph.operators.filter(({ inputs }) =>
    inputs.some((id) => graph.tensors[id].source === 'parameter' && shape(id).length > 1),
  );
  const changing = weighted.find(({ inputs, outputs }) => String(shape(inputs[0])) !== String(shape(outputs[0])));
  const told = changing
    ? `it makes [${shape(changing.outputs[0])}] of [${shape(changing.inputs[0])}], and no layer or block after it gives back the shape that it gets`
    : 'it has no layer with weights that could stand twice in a row';
  return refusal(`no depth to scale: ${told}`, (changing ?? weighted[0])?.layer, 'Scale its width.');
}

/** No width is free: what holds the first one that a weight makes. */
export function widthRefusal({ variables, graph }: TiedAxes): IsoflopError {
  const holds = variables.flatMap(({ hold }) => (hold && hold.layer !== '' ? [hold] : []));
  const hold = holds.find(({ unclear }) => unclear) ?? holds.at(-1);
  const told = hold ? hold.reason : 'every extent of its weights is one of its inputs or outputs';
  const layer = hold?.layer ?? graph.layers.at(-1)?.name;
  return refusal(`no width to scale: ${told}`, layer, 'Scale its depth.');
}

export function resolutionRefusal(model: Model, { graph, resolutions }: TiedAxes): IsoflopError {
  if (resolutions.length > 0) {
    const [{ input }] = resolutions;
    return refusal(
      `no resolution to scale: the input '${graph.tensors[input].name}' leaves its extents free`,
      undefined,
      'The model takes any resolution as it is.',
    );
  }
  const first = graph.operators.find(({ inputs }) => inputs.some((id) => graph.inputs.includes(id)));
  const name = model.inputs[0]?.name ?? '';
  return refusal(`no resolution to scale: no window slides over the input '${name}'`, first?.layer, 'Scale its depth or its width.');
}
