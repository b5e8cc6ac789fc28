import type { TensorId } from '../../../graph/types.ts';
import type { Call } from '../call.ts';
import type { Lower } from '../call.ts';

/** Axes of the configuration, counted from the start, in ascending order; the last one where it names none. */
export function axesOf(call: Call): number[] {
  const axis = call.config.find('axis');
  const values = axis === undefined ? [-1] : axis.isArray ? axis.integers() : [axis.integer()];
  return values.map((value) => call.axis(value)).sort((a, b) => a - b);
}

/** What is added to the variance; layers have 1e-3 where the configuration says none. */
const epsilonOf = (call: Call, otherwise = 1e-3): number => call.config.find('epsilon')?.number() ?? otherwise;

const batchNormalization: Lower = (call) => {
  const [axis] = axesOf(call);
  const shape = [call.shape[axis]];
  const weights = [
    ...(call.flag('scale', true) ? [call.gain('gamma', shape)] : []),
    ...(call.flag('center', true) ? [call.bias('beta', shape)] : []),
    call.buffer('moving_mean', shape),
    call.buffer('moving_variance', shape),
  ];
  if (call.flag('renorm', false)) {
    for (const name of ['moving_stddev', 'renorm_mean', 'renorm_stddev']) call.buffer(name, shape);
  }
  const momentum = 1 - (call.config.find('momentum')?.number() ?? 0.99);
  return call.add('batchNormalize', [call.x, ...weights], {
    axis,
    epsilon: epsilonOf(call),
    momentum,
    populationVariance: true,
    // A frozen layer normalises by what it has kept.
    ...(call.isFrozen ? { training: false } : {}),
  });
};

/** Over the given axes; gain and shift have one value for each place along them. */
const layerNormalization: Lower = (call) => {
  const axes = axesOf(call);
  const shape = axes.map((axis) => call.shape[axis]);
  const isRms = call.flag('rms_scaling', false);
  const weights = [
    ...(call.flag('scale', true) || isRms ? [call.gain('gamma', shape)] : []),
    ...(call.flag('center', true) && !isRms ? [call.bias('beta', shape)] : []),
  ];
  return normalize(call, isRms ? 'rmsnorm' : 'layernorm', axes, weights, epsilonOf(call));
};

const rmsNormalization: Lower = (call) => {
  const axes = axesOf(call);
  const gain = call.gain(
    'scale',
    axes.map((axis) => call.shape[axis]),
  );
  return normalize(call, 'rmsnorm', axes, [gain], epsilonOf(call, 1e-6));
};

/** Where the axes are not the last ones, gain and shift are brought to the shape of the input first. */
export function normalize(
  call: Call,
  norm: 'layernorm' | 'rmsnorm',
  axes: readonly number[],
  weights: TensorId[],
  epsilon: number,
): TensorId {
  const rank = call.shape.length;
  const attributes = { norm, epsilon, ...(axes.length > 1 || axes[0] !== rank - 1 ? { axes } : {}) };
  if (axes.every((axis, index) => axis === rank - axes.length + index))
    return call.add('normalize', [call.x, ...weights], attributes);
  const spread = call.shape.map((extent, axis) => (axes.includes(axis) ? extent : 1));
  const [gain, bias] = weights.map((weight) => call.reshape(weight, spread));
  const y = call.add('normalize', [call.x], attributes);
  const scaled = gain === undefined ? y : call.add('multiply', [y, gain]);
  return bias === undefined ? scaled : call.add('add', [scaled, bias]);
}

const groupNormalization: Lower = (call) => {
  const axis = call.axis(call.config.find('axis')?.integer() ?? -1);
  const channels = call.shape[axis];
  const said = call.config.find('groups')?.integer({ min: -1 }) ?? 32;
  const groups = said === -1 ? channels : said;
  if (groups < 1 || channels % groups !== 0)
    throw call.refusal(`${groups} groups do not divide ${channels} channels`, 'Take groups that divide the channels.');
  const weights = [
    ...(call.flag('scale', true) ? [call.gain('gamma', [channels])] : []),
    ...(call.flag('center', true) ? [call.bias('beta', [channels])] : []),
  ];
  const setters = said === -1 ? undefined : { groups: call.setter('groups') };
  return call.add(
    'groupNormalize',
    [call.x, ...weights],
    { groups, axis, channelsLast: axis === call.shape.length - 1, epsilon: epsilonOf(call) },
    setters,
  );
};

/** A layer whose kernel is divided by its largest singular value; one side of the power iteration is kept. */
const spectralNormalization: Lower = (call) => {
  const outputs = call.inside(call.config.get('layer'), '', call.args);
  const { weights } = call.around;
  const kernel = weights.get(`${call.path}/kernel`) ?? weights.get(`${call.path}/embeddings`);
  if (kernel === undefined) throw call.refusal('SpectralNormalization wants a layer with a kernel or embeddings');
  call.buffer('vector_u', [1, call.shapeOf(kernel).at(-1)!]);
  return outputs;
};

export const NORMALIZATION_LAYERS: Readonly<Record<string, Lower>> = {
  BatchNormalization: batchNormalization,
  BatchNormalizationV1: batchNormalization,
  BatchNormalizationV2: batchNormalization,
  SyncBatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  RMSNormalization: rmsNormalization,
  GroupNormalization: groupNormalization,
  UnitNormalization: (call) => call.add('unary', [call.x], { function: 'unit normalize' }),
  SpectralNormalization: spectralNormalization,
};
