import type { TensorId } from '../../../graph/types.ts';
import { TensorArgument } from '../argument.ts';
import type { Call } from '../call.ts';
import type { Lower } from '../call.ts';
import { isChannelsLast } from './spatial.ts';

/** Runs a layer on every step of [batch, steps, ...]. */
const timeDistributed: Lower = (call) => {
  const [batch, steps, ...rest] = call.shape;
  const flat = call.reshape(call.x, [batch * steps, ...rest]);
  return call
    .inside(call.config.get('layer'), '', [new TensorArgument(flat)])
    .map((y) => call.reshape(y, [batch, steps, ...call.shapeOf(y).slice(1)]));
};

/** Layers that change no shape and hold no weight; people see their name. */
const elementWise = (call: Call): TensorId => call.add('unary', [call.x], { function: call.className });

/** Elements, whole channels, or (keras.applications) whole samples of a residual branch that training drops. */
const dropping = (call: Call): TensorId =>
  call.add('unary', [call.x], {
    function: call.className,
    dropout: call.config.find('rate')?.number() ?? call.config.find('drop_path_rate')?.number() ?? 0,
    ...(call.className.startsWith('Spatial') ? { channelsLast: isChannelsLast(call) } : {}),
  });

const DROPPING = ['Dropout', 'SpatialDropout1D', 'SpatialDropout2D', 'SpatialDropout3D', 'StochasticDepth'];

const ELEMENT_WISE = [
  'ActivityRegularization',
  'AlphaDropout',
  'GaussianDropout',
  'GaussianNoise',
  'Identity',
  'Masking',
];

/** Of keras.applications: one gain a channel. */
const layerScale: Lower = (call) => {
  const width = call.count('projection_dim');
  return call.add('multiply', [call.x, call.weight('gamma', [width], { role: 'gain', axes: { 0: 'projection_dim' } })]);
};

export const WRAPPER_LAYERS: Readonly<Record<string, Lower>> = {
  TimeDistributed: timeDistributed,
  Wrapper: (call) => call.inside(call.config.get('layer'), '', call.args),
  LayerScale: layerScale,
  ...Object.fromEntries(DROPPING.map((name): [string, Lower] => [name, dropping])),
  ...Object.fromEntries(ELEMENT_WISE.map((name): [string, Lower] => [name, elementWise])),
};
