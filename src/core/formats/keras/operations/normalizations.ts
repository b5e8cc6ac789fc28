import { tensorsOf } from '../argument.ts';
import type { Call, Lower } from '../call.ts';
import { axesOf, normalize } from '../layers/normalization.ts';

const given = (call: Call, names: Readonly<Record<string, number>>): number[] =>
  Object.entries(names).flatMap(([name, place]) => tensorsOf(call.argument(place, name)));

/** Operations take Keras's smallest epsilon, 1e-7, where they are given none. */
const epsilonOf = (call: Call, otherwise = 1e-7): number => call.config.find('epsilon')?.number() ?? otherwise;

const layerNorm: Lower = (call) => {
  const isRms = call.flag('rms_scaling', false);
  return normalize(
    call,
    isRms ? 'rmsnorm' : 'layernorm',
    axesOf(call),
    given(call, { gamma: 1, beta: 2 }),
    epsilonOf(call),
  );
};

const rmsNorm: Lower = (call) => normalize(call, 'rmsnorm', axesOf(call), given(call, { scale: 1 }), epsilonOf(call));

/** The arguments name mean, variance, axis, offset and scale in this order; the graph takes gain and bias first. */
const batchNorm: Lower = (call) => {
  const statistics = given(call, { scale: 5, offset: 4, mean: 1, variance: 2 });
  return call.add('batchNormalize', [call.x, ...statistics], { axis: axesOf(call)[0], epsilon: epsilonOf(call, 1e-3) });
};

export const NORMALIZATION_OPERATIONS: Readonly<Record<string, Lower>> = {
  LayerNorm: layerNorm,
  RMSNorm: rmsNorm,
  BatchNorm: batchNorm,
};
