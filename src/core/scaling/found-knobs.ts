import { tiedAxes } from '../graph/axes.ts';
import type { TiedAxes, VariableId } from '../graph/axes.ts';
import type { Stage } from '../graph/repeats.ts';
import type { Edit } from '../model/edit.ts';
import type { Model } from '../model/model.ts';
import { brokenSizes } from './broken-sizes.ts';
import { blocksOf, depthStages } from './depth-stages.ts';
import type { Knob, KnobSet, KnobValues } from './knob.ts';
import { depthRefusal, resolutionRefusal, widthRefusal } from './refusals.ts';
import { sizeEdits } from './size-edits.ts';
import { widthClasses } from './width-classes.ts';
import type { WidthClass } from './width-classes.ts';

/**
 * The knobs of a graph of layers: its repeated blocks or layers that may be followed by copies, its tied widths, the extents of its
 * images.
 */
export function foundKnobs(model: Model, divisor?: number): KnobSet {
  const graph = model.lower({ batch: 1 });
  const axes = tiedAxes(graph);
  const { stages, keepsShape } = depthStages(graph);
  const classes = widthClasses(axes, divisor);
  const resolutions = resolutionKnobs(model, axes);
  const depths = unique(stages.map(depthKnob));
  const widths = unique(classes.map((one) => widthKnob(one)));
  const names = new Map(classes.map(({ variable }, index) => [variable, widths[index].id]));
  const variables = new Map<string, VariableId>([
    ...classes.map(({ variable }, index): [string, VariableId] => [widths[index].id, variable]),
    ...resolutions.map(({ knob, variable }): [string, VariableId] => [knob.id, variable]),
  ]);
  const sizesOf = (values: KnobValues): Map<VariableId, number> =>
    new Map([...values].flatMap(([id, value]) => (variables.has(id) ? [[variables.get(id)!, value]] : [])));
  return {
    knobs: [
      ...depths,
      ...widths.map((knob, index) => {
        const { follows } = classes[index];
        return follows === undefined ? knob : { ...knob, follows: names.get(follows)! };
      }),
      ...resolutions.map(({ knob }) => knob),
    ],
    refusals: {
      ...(depths.length === 0 ? { depth: depthRefusal(graph) } : {}),
      ...(widths.length === 0 ? { width: widthRefusal(axes) } : {}),
      ...(resolutions.length === 0 ? { resolution: resolutionRefusal(model, axes) } : {}),
    },
    faultOf: (values) => brokenSizes(axes, sizesOf(values)),
    // Widths first: copies of a block take the widths that its layers have by then.
    edits: (values) => [
      ...sizeEdits(axes, model.inputs, sizesOf(values)),
      ...stages.flatMap((stage, index) => repeatEdit(stage, keepsShape, values.get(depths[index].id))),
    ],
  };
}

const depthKnob = (stage: Stage): Knob => ({
  id: `blocks of ${stage.name}`,
  axis: 'depth',
  value: blocksOf(stage),
  step: 1,
  minimum: 1,
  reason: 'whole blocks, in proportion',
  rounding: 'proportion',
  layers: stage.weighted,
});

const widthKnob = ({ name, size, step, reason, kind }: WidthClass): Knob => ({
  id: kind === 'heads' ? `heads of ${name}` : `width of ${name}`,
  axis: kind,
  value: size,
  step,
  minimum: step,
  reason: reason === '' ? (kind === 'heads' ? 'a whole number of heads' : 'a whole number') : reason,
});

function resolutionKnobs(model: Model, axes: TiedAxes): { knob: Knob; variable: VariableId }[] {
  const { graph, resolutions, variables } = axes;
  return resolutions
    .filter(({ input, axis }) => shapeOf(model, axes, input)?.[axis - 1] !== null)
    .map(({ input, axis, variable }) => ({
      variable,
      knob: {
        id: `resolution of ${graph.tensors[input].name}[${axis}]`,
        axis: 'resolution',
        value: variables[variable].size,
        step: 1,
        minimum: 1,
        reason: 'a whole number',
      },
    }));
}

/** The input's shape as the document says it: null where an extent is free. */
function shapeOf(model: Model, { graph }: TiedAxes, input: number): readonly (number | null)[] | undefined {
  const byName = model.inputs.find(({ name }) => name === graph.tensors[input].name);
  return (byName ?? model.inputs[graph.inputs.indexOf(input)])?.shape;
}

/** The last unit is repeated, or the last ones are taken out: the block that changes the shape stays. */
function repeatEdit(stage: Stage, keepsShape: boolean, blocks = blocksOf(stage)): Edit[] {
  const { units } = stage;
  const more = blocks - blocksOf(stage);
  if (more === 0) return [];
  if (more > 0)
    return [{ kind: 'repeat', layers: units.at(-1)!.layers, times: 1 + more, ...(keepsShape ? { keepsShape } : {}) }];
  return [{ kind: 'repeat', layers: units.slice(more).flatMap(({ layers }) => layers), times: 0 }];
}

/** Knobs of one name are told apart by a number. */
function unique(knobs: readonly Knob[]): Knob[] {
  const seen = new Map<string, number>();
  return knobs.map((knob) => {
    const count = (seen.get(knob.id) ?? 0) + 1;
    seen.set(knob.id, count);
    return count === 1 ? knob : { ...knob, id: `${knob.id} (${count})` };
  });
}
