import { withCoefficients } from '../convnet/coefficients.ts';
import type { ConvnetInput } from '../convnet/schema.ts';
import type { Preset } from './preset.ts';

type Stage = ConvnetInput['stages'][number];

/** Howard et al. 2017, table 1: every block a stage, but for the five equal ones. */
const MOBILENET_V1: ConvnetInput = {
  family: 'convnet',
  activation: 'relu6',
  epsilon: 1e-3,
  momentum: 0.01,
  dropout: 1e-3,
  rounding: { divisor: 1, width: 'floor' },
  stem: { width: 32 },
  stages: (
    [
      [1, 64, 1],
      [1, 128, 2],
      [1, 128, 1],
      [1, 256, 2],
      [1, 256, 1],
      [6, 512, 2],
      [1, 1024, 2],
      [1, 1024, 1],
    ] as const
  ).map(([depth, width, stride]) => ({ block: 'separable', depth, width, stride })),
};

/** Sandler et al. 2018, table 2. */
const MOBILENET_V2: ConvnetInput = {
  family: 'convnet',
  activation: 'relu6',
  dropout: 0.2,
  rounding: { divisor: 8, width: 'divisible-10' },
  stem: { width: 32 },
  stages: (
    [
      [1, 16, 1, 1],
      [6, 24, 2, 2],
      [6, 32, 3, 2],
      [6, 64, 4, 2],
      [6, 96, 3, 1],
      [6, 160, 3, 2],
      [6, 320, 1, 1],
    ] as const
  ).map(([expansion, width, depth, stride]) => ({ block: 'inverted', depth, width, stride, expansion })),
  head: { convolution: 1280, minimum: 1280 },
};

const V3_SQUEEZE = {
  ratio: 0.25,
  of: 'hidden',
  rounding: 'divisible',
  activation: 'relu',
  gate: 'hard-sigmoid',
} as const;

type V3Row = readonly [
  kernel: number,
  expansion: number,
  width: number,
  squeeze: boolean,
  relu: boolean,
  stride: number,
  depth?: number,
];

const v3Stage = ([kernel, expansion, width, squeeze, relu, stride, depth = 1]: V3Row): Stage => ({
  block: 'inverted',
  depth,
  width,
  stride,
  kernel,
  expansion,
  ...(relu ? { activation: 'relu' as const } : {}),
  ...(squeeze ? { squeeze: V3_SQUEEZE } : {}),
});

const v3 = (rows: readonly V3Row[], convolution: number, hidden: number): ConvnetInput => ({
  family: 'convnet',
  activation: 'hard-swish',
  epsilon: 1e-3,
  momentum: 0.01,
  dropout: 0.2,
  rounding: { divisor: 8, width: 'divisible-10' },
  // timm keeps the stem below .75, Keras always: the same below 1.
  stem: { width: 16, minimum: 16 },
  stages: rows.map(v3Stage),
  head: { convolution, hidden, minimum: hidden },
});

/** Howard et al. 2019, table 1; expansions as multiples of the input (200 and 184 of 80 channels). */
const V3_LARGE: readonly V3Row[] = [
  [3, 1, 16, false, true, 1],
  [3, 4, 24, false, true, 2],
  [3, 3, 24, false, true, 1],
  [5, 3, 40, true, true, 2, 3],
  [3, 6, 80, false, false, 2],
  [3, 2.5, 80, false, false, 1],
  [3, 2.3, 80, false, false, 1, 2],
  [3, 6, 112, true, false, 1, 2],
  [5, 6, 160, true, false, 2, 3],
];

/** Howard et al. 2019, table 2. */
const V3_SMALL: readonly V3Row[] = [
  [3, 1, 16, true, true, 2],
  [3, 4.5, 24, false, true, 2],
  [3, 3.67, 24, false, true, 1],
  [5, 4, 40, true, false, 2],
  [5, 6, 40, true, false, 1, 2],
  [5, 3, 48, true, false, 1, 2],
  [5, 6, 96, true, false, 2, 3],
];

/** Without squeeze and excitation, hard-swish and 5x5 filters: for hardware that is slow at them. */
const minimalistic = (rows: readonly V3Row[]): V3Row[] =>
  rows.map(([, expansion, width, , , stride, depth]) => [3, expansion, width, false, true, stride, depth]);

const LARGE = v3(V3_LARGE, 960, 1280);
const SMALL = v3(V3_SMALL, 576, 1024);
const LARGE_MINIMAL = { ...v3(minimalistic(V3_LARGE), 960, 1280), activation: 'relu' as const };
const SMALL_MINIMAL = { ...v3(minimalistic(V3_SMALL), 576, 1024), activation: 'relu' as const };

const named = (alpha: number): string => String(Math.round(alpha * 100)).padStart(3, '0');

const V3_NARROW =
  'Below width 1 neither the stem (16) nor the last layer before the classifier gets narrower, as in timm and Keras; torchvision scales both.';

export const MOBILENET_PRESETS: readonly Preset[] = [
  ...(
    [
      ['0.25', 0.25],
      ['0.5', 0.5],
      ['0.75', 0.75],
      ['1.0', 1],
    ] as const
  ).map(([alpha, width]) => ({
    name: `mobilenet-v1-${alpha}`,
    group: 'MobileNet',
    spec: withCoefficients(MOBILENET_V1, { width }),
    source: 'Howard et al. 2017 (arXiv:1704.04861), table 1; keras.applications.MobileNet',
    note: 'Widths are cut to whole numbers, not to multiples of 8.',
  })),
  ...[0.35, 0.5, 0.75, 1, 1.3, 1.4].map((width) => ({
    name: `mobilenet-v2-${named(width)}`,
    group: 'MobileNet',
    spec: withCoefficients(MOBILENET_V2, { width }),
    source: 'Sandler et al. 2018 (arXiv:1801.04381), table 2; torchvision mobilenetv2.py',
    note: 'Below width 1 the last convolution keeps its 1280 channels.',
  })),
  ...(
    [
      ['large', LARGE, [0.75, 1]],
      ['small', SMALL, [0.5, 0.75, 1]],
      ['large-minimal', LARGE_MINIMAL, [1]],
      ['small-minimal', SMALL_MINIMAL, [1]],
    ] as const
  ).flatMap(([size, base, widths]) =>
    widths.map((width) => ({
      name: `mobilenet-v3-${size}-${named(width)}`,
      group: 'MobileNet',
      spec: withCoefficients(base, { width }),
      source: 'Howard et al. 2019 (arXiv:1905.02244), tables 1 and 2; timm mobilenetv3.py',
      note: V3_NARROW,
    })),
  ),
];
