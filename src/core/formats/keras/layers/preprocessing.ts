import type { TensorId } from '../../../graph/types.ts';
import type { JsonCursor } from '../../json/cursor.ts';
import type { AttributeSetters } from '../bindings.ts';
import type { Call } from '../call.ts';
import type { Lower } from '../call.ts';
import { isChannelsLast } from './spatial.ts';

/** Where height stands in [batch, height, width, channels], [height, width, channels] or their channels-first forms. */
function heightAxis(call: Call): number {
  if (call.shape.length < 3) throw call.refusal(`${call.className} wants an image, got [${call.shape}]`);
  return isChannelsLast(call) ? call.shape.length - 3 : call.shape.length - 2;
}

/** Height and width of the result. They move with the image when its resolution is edited. */
function sizesOf(call: Call): [number, number] {
  const sizes: [number, number] = [call.count('height'), call.count('width')];
  call.around.bindings.images.push({
    layer: call.owner,
    sizes,
    set: (value) => setSizes(call, value as readonly number[]),
  });
  return sizes;
}

function resized(call: Call, sizes: readonly number[]): TensorId {
  const attributes = { sizes, channelsLast: isChannelsLast(call) };
  return call.add('resize', [call.x], attributes, { sizes: (value) => setSizes(call, value as readonly number[]) });
}

function setSizes(call: Call, [height, width]: readonly number[]): void {
  call.setter('height')(height);
  call.setter('width')(width);
}

const resizing: Lower = (call) => {
  heightAxis(call);
  return resized(call, sizesOf(call));
};

/** The middle of the image, or some other part of the same size; an image that is smaller is resized. */
const cropped: Lower = (call) => {
  const [axis, sizes] = [heightAxis(call), sizesOf(call)];
  const spare = sizes.map((cells, i) => call.shape[axis + i] - cells);
  if (spare.some((cells) => cells < 0)) return resized(call, sizes);
  const starts = call.shape.map((_, i) => Math.floor((spare[i - axis] ?? 0) / 2));
  const ends = call.shape.map((extent, i) => (sizes[i - axis] === undefined ? extent : starts[i] + sizes[i - axis]));
  const setters: AttributeSetters = {
    ends: (value) =>
      setSizes(
        call,
        sizes.map((_, i) => (value as readonly number[])[axis + i] - starts[axis + i]),
      ),
  };
  return call.add('slice', [call.x], { starts, ends }, setters);
};

/** scale x + offset, numbers or one for each channel. */
const rescaling: Lower = (call) => {
  const [scale, offset] = ['scale', 'offset'].map((key) => call.config.find(key));
  if (scale?.isArray || offset?.isArray) return call.add('unary', [call.x], { function: 'Rescaling by channel' });
  const y = call.add('scale', [call.x], { alpha: scale?.number() ?? 1 });
  const shift = offset?.number() ?? 0;
  return shift === 0 ? y : call.add('unary', [y], { function: 'add', value: shift });
};

/** A number, or numbers in lists of lists. */
function numbersOf(cursor: JsonCursor | undefined): number[] | undefined {
  if (cursor === undefined) return undefined;
  return cursor.isArray ? cursor.items().flatMap((item) => numbersOf(item) ?? []) : [cursor.number()];
}

/** A mean and a variance for each cell of the last axis; a single one stands for all. */
function meansAndVariances(call: Call, [means = [], variances = []]: readonly (number[] | undefined)[]): number[] {
  const width = call.shape.at(-1)!;
  return [means, variances].flatMap((values) => (values.length === 1 ? Array<number>(width).fill(values[0]) : values));
}

/** Mean and variance of a data set and how many samples they saw; none where the configuration gives the values. */
const normalization: Lower = (call) => {
  const axis = call.config.find('axis');
  const axes = axis === undefined ? [] : axis.isArray ? axis.integers() : [axis.integer()];
  const kept = axes.map((value) => call.axis(value)).sort((a, b) => a - b);
  const known = ['mean', 'variance'].map((key) => numbersOf(call.config.find(key)));
  if (known[0]) return call.add('unary', [call.x], { function: 'normalize', values: meansAndVariances(call, known) });
  const shape = kept.map((at) => call.shape[at]);
  const spread = call.shape.map((extent, at) => (kept.includes(at) ? extent : 1));
  const [mean, variance] = [call.buffer('mean', shape, 0), call.buffer('variance', shape, 1)];
  call.buffer('count', []);
  const isLast = kept.every((at, index) => at === call.shape.length - kept.length + index);
  const [m, v] = [mean, variance].map((id) => (isLast ? id : call.reshape(id, spread)));
  const centred = call.add('binary', [call.x, m], { function: 'subtract' });
  return call.add('binary', [centred, v], { function: 'divide by standard deviation' });
};

/** Whole numbers as vectors: one place a category, or with `one_hot` one vector a number. */
const categories =
  (key: string): Lower =>
  (call) => {
    const shape = call.shape;
    const mode = call.config.find('output_mode')?.string() ?? 'multi_hot';
    if (mode === 'int') return call.add('unary', [call.x], { function: call.className });
    const isOneHot = mode === 'one_hot' && (shape.at(-1) !== 1 || shape.length === 1);
    const kept = isOneHot ? shape : shape.slice(0, -1);
    return call.add('generate', [call.x], { shape: [...kept, call.count(key)], function: call.className });
  };

const keepsShape: Lower = (call) => call.add('unary', [call.x], { function: call.className });

const AUGMENTATIONS = [
  'AugMix',
  'AutoContrast',
  'ContrastLimitedAdaptiveHistogramEqualization',
  'CutMix',
  'Equalization',
  'MixUp',
  'RandAugment',
  'RandomBrightness',
  'RandomColorDegeneration',
  'RandomColorJitter',
  'RandomContrast',
  'RandomElasticTransform',
  'RandomErasing',
  'RandomFlip',
  'RandomGaussianBlur',
  'RandomGrayscale',
  'RandomHue',
  'RandomInvert',
  'RandomPerspective',
  'RandomPosterization',
  'RandomRotation',
  'RandomSaturation',
  'RandomSharpness',
  'RandomShear',
  'RandomTranslation',
  'RandomZoom',
  'Solarization',
];

/** Layers one after the other. */
const pipeline: Lower = (call) => {
  const layers = call.config.get('layers').items();
  return layers.reduce<readonly TensorId[]>(
    (ids, layer, index) =>
      call.inside(layer, String(layer.get('config').find('name')?.value ?? index), [call.wrap(ids)]),
    call.inputs,
  );
};

export const PREPROCESSING_LAYERS: Readonly<Record<string, Lower>> = {
  Rescaling: rescaling,
  Resizing: resizing,
  CenterCrop: cropped,
  RandomCrop: cropped,
  Normalization: normalization,
  CategoryEncoding: categories('num_tokens'),
  Discretization: categories('num_bins'),
  Hashing: categories('num_bins'),
  HashedCrossing: categories('num_bins'),
  Pipeline: pipeline,
  ...Object.fromEntries(AUGMENTATIONS.map((name): [string, Lower] => [name, keepsShape])),
};
