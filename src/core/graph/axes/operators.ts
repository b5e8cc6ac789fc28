import { imageAxes } from '../spatial.ts';
import type { OperatorKind } from '../types.ts';
import { ONE } from './extent.ts';
import { tieAttention, tieEinsum, tieExperts, tieLinear, tieMatmul, tieRecurrent } from './products.ts';
import {
  tieBroadcast,
  tieConcat,
  tieGather,
  tieGenerate,
  tieReduce,
  tieReshape,
  tieSlice,
  tieSplit,
} from './shapes.ts';
import type { OperatorAxes } from './tying.ts';
import { tieConvolution, tiePad, tiePool, tieResize, tieTransposedConvolution } from './windows.ts';

type Rule = (op: OperatorAxes) => void;

const keep: Rule = (op) => op.give(op.input(0));

const broadcast: Rule = (op) => op.give(op.broadcastAll(op.operator.inputs.map((_, index) => op.input(index))));

/** Gains and biases stand along the last axes. */
const tieNormalize: Rule = (op) => {
  const x = op.input(0);
  for (let index = 1; index < op.count; index++) op.broadcastAll([op.input(index), x]);
  op.give(x);
  op.give(x, 1);
  op.give([...x.slice(0, -1), ONE], 2);
};

const tieBatchNormalize: Rule = (op) => {
  const x = op.input(0);
  for (let index = 1; index < op.count; index++) op.equal(x[op.axis(op.attributes.axis)], op.input(index)[0]);
  op.give(x);
};

const tieGroupNormalize: Rule = (op) => {
  const { groups = 1, channelsLast } = op.attributes;
  const x = op.input(0);
  const channels = x[imageAxes(x.length, channelsLast).channels];
  for (let index = 1; index < op.count; index++) op.equal(channels, op.input(index).at(-1)!);
  const isInstance = groups === op.system.sizeOf(channels);
  if (isInstance) op.follow('groups', [channels]);
  else op.system.multiples.push({ extent: channels, divisor: groups, layer: op.operator.layer });
  op.give(x);
};

/** Slopes stand along the last axes, or as PyTorch's along the channels. */
const tieActivation: Rule = (op) => {
  const x = op.input(0);
  for (let index = 1; index < op.count; index++) {
    const [shape, slopes] = [op.inputShape(0), op.inputShape(index)];
    const isByChannel = slopes.length === 1 && slopes[0] === shape[1] && slopes[0] !== shape.at(-1);
    if (isByChannel) op.equal(x[1], op.input(index)[0]);
    else op.broadcastAll([op.input(index), x]);
  }
  op.give(x);
};

/** No rule: what goes in keeps its extents, what comes out is a matter of its own. */
const hold: Rule = (op) => {
  for (const [index] of op.operator.inputs.entries())
    for (const extent of op.input(index)) op.unclear(extent, `an operator '${op.operator.kind}' has no rule for it`);
  for (const [index] of op.operator.outputs.entries()) {
    const extents = op.system.freshAll(op.outputShape(index));
    for (const extent of extents) op.unclear(extent, `an operator '${op.operator.kind}' has no rule for it`);
    op.give(extents, index);
  }
};

/** How every kind of operator ties the axes of its tensors. Kinds of training graphs have no rule: forward graphs are read. */
export const RULES: Readonly<Record<OperatorKind, Rule>> = {
  matmul: tieMatmul,
  linear: tieLinear,
  add: broadcast,
  multiply: broadcast,
  binary: broadcast,
  select: broadcast,
  scale: keep,
  shift: keep,
  swapHalves: keep,
  activation: tieActivation,
  unary: keep,
  softmax: (op) => {
    if (op.count > 1) op.broadcastAll([op.input(1), op.input(0)]);
    keep(op);
  },
  gather: tieGather,
  split: tieSplit,
  concat: tieConcat,
  reshape: tieReshape,
  transpose: (op) => op.give(op.attributes.permutation!.map((axis) => op.input(0)[axis])),
  normalize: tieNormalize,
  mean: (op) => op.give(op.input(0).slice(0, -1)),
  columnSum: (op) => op.give(op.input(0).slice(-1)),
  convolution: tieConvolution,
  transposedConvolution: tieTransposedConvolution,
  pool: tiePool,
  reduce: tieReduce,
  batchNormalize: tieBatchNormalize,
  groupNormalize: tieGroupNormalize,
  resize: tieResize,
  pad: tiePad,
  slice: tieSlice,
  broadcast: tieBroadcast,
  attention: tieAttention,
  recurrent: tieRecurrent,
  expertLinear: tieExperts,
  einsum: tieEinsum,
  generate: tieGenerate,
  scatterRows: hold,
  loss: hold,
  activationGradient: hold,
  normalizeGradient: hold,
  softmaxGradient: hold,
  lossGradient: hold,
  convolutionInputGradient: hold,
  convolutionFilterGradient: hold,
  poolGradient: hold,
  batchNormalizeGradient: hold,
};
