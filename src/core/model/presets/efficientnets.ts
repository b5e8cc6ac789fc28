import { withCoefficients } from '../convnet/coefficients.ts';
import type { ConvnetInput } from '../convnet/schema.ts';
import type { Preset } from './preset.ts';

type Stages = ConvnetInput['stages'];
type Row = readonly [depth: number, kernel: number, stride: number, expansion: number, width: number];

const SQUEEZE = { ratio: 0.25 } as const;

/** Rows of the published block arguments; `r4_k3_s2_e6_o192` is [4, 3, 2, 6, 192]. */
const stagesOf = (block: 'inverted' | 'fused', rows: readonly Row[]): Stages =>
  rows.map(([depth, kernel, stride, expansion, width]) => ({
    block,
    depth,
    width,
    stride,
    kernel,
    expansion,
    ...(block === 'inverted' ? { squeeze: SQUEEZE } : {}),
  }));

/** Shared by all: SiLU, TensorFlow's epsilon, 20 % of the last block skipped (survival .8). Batches weigh .1 in kept statistics (V2), .01 in V1. */
const COMMON = { family: 'convnet', activation: 'silu', epsilon: 1e-3, stochasticDepth: 0.2 } as const;

/** EfficientNet-B0 (Tan and Le 2019, table 1). */
export const EFFICIENTNET_BASE: ConvnetInput = {
  ...COMMON,
  momentum: 0.01,
  dropout: 0.2,
  rounding: { divisor: 8, width: 'divisible-10', depth: 'ceil' },
  stem: { width: 32 },
  stages: stagesOf('inverted', [
    [1, 3, 1, 1, 16],
    [2, 3, 2, 6, 24],
    [2, 5, 2, 6, 40],
    [3, 3, 2, 6, 80],
    [3, 5, 1, 6, 112],
    [4, 5, 2, 6, 192],
    [1, 3, 1, 6, 320],
  ]),
  head: { convolution: 1280 },
};

/** A published member by what it multiplies of the base network. */
export interface NamedCoefficients {
  readonly name: string;
  readonly width: number;
  readonly depth: number;
  /** In pixels. */
  readonly resolution: number;
  readonly dropout: number;
}

const named = (
  name: string,
  [width, depth, resolution, dropout]: readonly [number, number, number, number],
): NamedCoefficients => ({ name, width, depth, resolution, dropout });

/** Tensorflow's published coefficients: not powers of alpha, beta and gamma. */
export const EFFICIENTNETS: readonly NamedCoefficients[] = [
  named('efficientnet-b0', [1, 1, 224, 0.2]),
  named('efficientnet-b1', [1, 1.1, 240, 0.2]),
  named('efficientnet-b2', [1.1, 1.2, 260, 0.3]),
  named('efficientnet-b3', [1.2, 1.4, 300, 0.3]),
  named('efficientnet-b4', [1.4, 1.8, 380, 0.4]),
  named('efficientnet-b5', [1.6, 2.2, 456, 0.4]),
  named('efficientnet-b6', [1.8, 2.6, 528, 0.5]),
  named('efficientnet-b7', [2, 3.1, 600, 0.5]),
  named('efficientnet-b8', [2.2, 3.6, 672, 0.5]),
  named('efficientnet-l2', [4.3, 5.3, 800, 0.5]),
];

const V2_B_BASE: ConvnetInput = {
  ...COMMON,
  // google/automl effnetv2_model.py, round_filters: the nearest multiple of 8, without the 10 % rule of the first version.
  rounding: { divisor: 8, width: 'divisible', depth: 'ceil' },
  stem: { width: 32 },
  stages: [
    ...stagesOf('fused', [
      [1, 3, 1, 1, 16],
      [2, 3, 2, 4, 32],
      [2, 3, 2, 4, 48],
    ]),
    ...stagesOf('inverted', [
      [3, 3, 2, 4, 96],
      [5, 3, 1, 6, 112],
      [8, 3, 2, 6, 192],
    ]),
  ],
  head: { convolution: 1280 },
};

const V2_BS: readonly NamedCoefficients[] = [
  named('efficientnetv2-b0', [1, 1, 224, 0.2]),
  named('efficientnetv2-b1', [1, 1.1, 240, 0.2]),
  named('efficientnetv2-b2', [1.1, 1.2, 260, 0.3]),
  named('efficientnetv2-b3', [1.2, 1.4, 300, 0.3]),
];

interface V2Size {
  readonly name: string;
  readonly stem: number;
  readonly fused: readonly Row[];
  readonly inverted: readonly Row[];
  readonly resolution: number;
  readonly dropout: number;
}

const V2_SIZES: readonly V2Size[] = [
  {
    name: 'efficientnetv2-s',
    stem: 24,
    fused: [
      [2, 3, 1, 1, 24],
      [4, 3, 2, 4, 48],
      [4, 3, 2, 4, 64],
    ],
    inverted: [
      [6, 3, 2, 4, 128],
      [9, 3, 1, 6, 160],
      [15, 3, 2, 6, 256],
    ],
    resolution: 384,
    dropout: 0.2,
  },
  {
    name: 'efficientnetv2-m',
    stem: 24,
    fused: [
      [3, 3, 1, 1, 24],
      [5, 3, 2, 4, 48],
      [5, 3, 2, 4, 80],
    ],
    inverted: [
      [7, 3, 2, 4, 160],
      [14, 3, 1, 6, 176],
      [18, 3, 2, 6, 304],
      [5, 3, 1, 6, 512],
    ],
    resolution: 480,
    dropout: 0.3,
  },
  {
    name: 'efficientnetv2-l',
    stem: 32,
    fused: [
      [4, 3, 1, 1, 32],
      [7, 3, 2, 4, 64],
      [7, 3, 2, 4, 96],
    ],
    inverted: [
      [10, 3, 2, 4, 192],
      [19, 3, 1, 6, 224],
      [25, 3, 2, 6, 384],
      [7, 3, 1, 6, 640],
    ],
    resolution: 480,
    dropout: 0.4,
  },
  {
    name: 'efficientnetv2-xl',
    stem: 32,
    fused: [
      [4, 3, 1, 1, 32],
      [8, 3, 2, 4, 64],
      [8, 3, 2, 4, 96],
    ],
    inverted: [
      [16, 3, 2, 4, 192],
      [24, 3, 1, 6, 256],
      [32, 3, 2, 6, 512],
      [8, 3, 1, 6, 640],
    ],
    resolution: 512,
    dropout: 0.4,
  },
];

const V2_NOTES: Readonly<Record<string, string>> = {
  'efficientnetv2-s': 'Resolution of evaluation; trained at 300.',
  'efficientnetv2-m': 'Resolution of evaluation; trained at 384.',
  'efficientnetv2-l':
    'Resolution of evaluation; trained at 384. The README says 119.5 M parameters; the network has 118,515,272 (119,027,848 with running statistics).',
  'efficientnetv2-xl': 'Resolution of evaluation; trained at 384.',
};

const BASE = 'The base that the others multiply, each by its own coefficients of width, depth and resolution.';
const NOT_POWERS =
  'No one phi gives its three coefficients: they are not powers of alpha, beta and gamma (isoflop scale efficientnet-b0 --compound 1).';

const member = (base: ConvnetInput, { width, depth, resolution, dropout }: NamedCoefficients): Preset['spec'] => ({
  ...withCoefficients(base, { width, depth, resolution }),
  dropout,
});

export const EFFICIENTNET_PRESETS: readonly Preset[] = [
  ...EFFICIENTNETS.map((coefficients) => ({
    name: coefficients.name,
    group: 'EfficientNet',
    spec: member(EFFICIENTNET_BASE, coefficients),
    source: 'Tan and Le 2019 (arXiv:1905.11946); tensorflow/tpu efficientnet_builder.py',
    note: coefficients.depth === 1 ? BASE : NOT_POWERS,
  })),
  ...V2_BS.map((coefficients) => ({
    name: coefficients.name,
    group: 'EfficientNetV2',
    spec: member(V2_B_BASE, coefficients),
    source: 'Tan and Le 2021 (arXiv:2104.00298); google/automl effnetv2_configs.py',
    note: 'Resolution of evaluation. Widths round without the 10 % rule of the first version.',
  })),
  ...V2_SIZES.map(({ name, stem, fused, inverted, resolution, dropout }) => ({
    name,
    group: 'EfficientNetV2',
    spec: {
      ...V2_B_BASE,
      resolution,
      dropout,
      stem: { width: stem },
      stages: [...stagesOf('fused', fused), ...stagesOf('inverted', inverted)],
    },
    source: 'Tan and Le 2021 (arXiv:2104.00298), table 4; google/automl effnetv2_configs.py',
    note: V2_NOTES[name],
  })),
];
