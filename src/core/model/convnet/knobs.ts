import type { DeclaredKnob } from '../model.ts';
import type { ConvnetSpec, ConvnetStage } from './schema.ts';

/** Depth of every stage; width of stem, stages and head; resolution. */
export function convnetKnobs(spec: ConvnetSpec): DeclaredKnob[] {
  return [
    ...spec.stages.map((stage, index) => depthKnob(spec, stage, index)),
    ...widthKnobs(spec),
    resolutionKnob(spec),
  ];
}

const depthKnob = ({ rounding }: ConvnetSpec, { depth }: ConvnetStage, index: number): DeclaredKnob => ({
  path: `stages[${index}].depth`,
  axis: 'depth',
  value: depth,
  step: 1,
  minimum: 1,
  rounding: rounding.depth,
});

function widthKnobs(spec: ConvnetSpec): DeclaredKnob[] {
  const { stem, head, stages, rounding } = spec;
  const knob = (path: string, value: number, step: number, minimum = step): DeclaredKnob => ({
    path,
    axis: 'width',
    value,
    step,
    minimum,
    rounding: rounding.width,
  });
  const stemStep = stem.kind === 'deep' ? leastMultiple(rounding.divisor, 2) : rounding.divisor;
  // The last layer before the classifier carries the minimum: MobileNets keep it wide.
  const minimum = { [head.hidden === undefined ? 'convolution' : 'hidden']: head.minimum };
  const stemKnob = knob('stem.width', stem.width, stemStep, stem.minimum);
  // ConvNeXt's first stage stands on its stem: nothing between them changes the width.
  const isBound = stem.kind === 'patches' && stages[0].width === stem.width;
  return [
    isBound ? { ...stemKnob, follows: 'stages[0].width' } : stemKnob,
    ...stages.map((stage, index) => knob(`stages[${index}].width`, stage.width, widthStep(spec, stage))),
    ...(['convolution', 'hidden'] as const).flatMap((layer) =>
      head[layer] === undefined ? [] : [knob(`head.${layer}`, head[layer], rounding.divisor, minimum[layer])],
    ),
  ];
}

/** Groups must divide the inner channels of a bottleneck. */
function widthStep({ rounding }: ConvnetSpec, stage: ConvnetStage): number {
  if (stage.block !== 'bottleneck') return rounding.divisor;
  const constraint = (stage.groupWidth ?? stage.groups ?? 1) / stage.ratio;
  return Number.isInteger(constraint) ? leastMultiple(rounding.divisor, constraint) : rounding.divisor;
}

/** Patches that do not fill the image would be cut off; other networks pad and take any size. */
function resolutionKnob(spec: ConvnetSpec): DeclaredKnob {
  const stride = totalStride(spec);
  return {
    path: 'resolution',
    axis: 'resolution',
    value: spec.resolution,
    step: spec.stem.kind === 'patches' ? stride : 1,
    minimum: stride,
  };
}

/** Pixels that one cell of the last features stands for. */
export const totalStride = ({ stem, stages }: ConvnetSpec): number =>
  stages.reduce((product, stage) => product * stage.stride, stem.stride * (stem.pool === 'none' ? 1 : 2));

function leastMultiple(a: number, b: number): number {
  const divisor = (x: number, y: number): number => (y === 0 ? x : divisor(y, x % y));
  return (a / divisor(a, b)) * b;
}
