import type { RefinementCtx } from 'zod';
import { convnetParameters } from './schema.ts';
import type { ConvnetSpec, ConvnetStage } from './schema.ts';
import { bottleneckGroups, bottleneckWidth } from './widths.ts';

/** More blocks than any published network has (ResNet-RS-420: 139); each becomes about twelve operators. */
const MOST_BLOCKS = 5000;

/** Refuses shapes that no network can have, each with its path and the nearest remedy. */
function checkConvnet(spec: ConvnetSpec, context: RefinementCtx): void {
  const refuse = (path: (string | number)[], message: string): void =>
    context.addIssue({ code: 'custom', path, message });
  const blocks = spec.stages.reduce((sum, { depth }) => sum + depth, 0);
  if (blocks > MOST_BLOCKS) refuse(['stages'], `${blocks} blocks are more than ${MOST_BLOCKS}`);
  if (spec.stem.kind === 'deep' && spec.stem.width % 2 !== 0)
    refuse(['stem', 'width'], `a deep stem is made of two halves: take an even width, not ${spec.stem.width}`);
  for (const [index, stage] of spec.stages.entries()) checkStage(stage, ['stages', index], refuse);
}

type Refuse = (path: (string | number)[], message: string) => void;

function checkStage(stage: ConvnetStage, path: (string | number)[], refuse: Refuse): void {
  if (stage.kernel % 2 === 0) refuse([...path, 'kernel'], `take an odd kernel, not ${stage.kernel}`);
  if (stage.block !== 'bottleneck') return;
  if (stage.groups !== undefined && stage.groupWidth !== undefined)
    refuse([...path, 'groups'], 'give groups or groupWidth, not both');
  const [inner, groups] = [bottleneckWidth(stage), bottleneckGroups(stage)];
  if (Number.isInteger(groups) && inner % groups === 0) return;
  const what = stage.groupWidth === undefined ? `${groups} groups` : `groups of ${stage.groupWidth} channels`;
  refuse(
    [...path, 'width'],
    `${what} do not divide the ${inner} inner channels (width ${stage.width} x ${stage.ratio})`,
  );
}

/** A convolutional network whose parameters fit together. */
export const convnetSchema = convnetParameters.superRefine(checkConvnet);
