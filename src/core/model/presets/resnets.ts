import type { ConvnetInput } from '../convnet/schema.ts';
import type { Preset } from './preset.ts';

type Depths = readonly [number, number, number, number];

const RESNET: ConvnetInput = {
  family: 'convnet',
  stem: { width: 64, kernel: 7, stride: 2, pool: 'max' },
  stages: [],
};

const strideOf = (index: number): number => (index === 0 ? 1 : 2);

const basic = (depths: Depths): ConvnetInput => ({
  ...RESNET,
  stages: depths.map((depth, index) => ({
    block: 'basic',
    depth,
    width: 64 * 2 ** index,
    stride: strideOf(index),
  })),
});

/** `perGroup` channels a group, counted at the first stage: 64 in one group is plain ResNet, 32 groups of 4 ResNeXt. */
const bottleneck = (depths: Depths, groups = 1, perGroup = 64): ConvnetInput => ({
  ...RESNET,
  stages: depths.map((depth, index) => ({
    block: 'bottleneck',
    depth,
    width: 256 * 2 ** index,
    stride: strideOf(index),
    ratio: (groups * perGroup) / 256,
    ...(groups > 1 ? { groups } : {}),
  })),
});

const HE = 'He et al. 2016 (arXiv:1512.03385), table 1; torchvision resnet.py';
const XIE = 'Xie et al. 2017 (arXiv:1611.05431); torchvision resnet.py';
const PYCLS = 'Xie et al. 2017 (arXiv:1611.05431); pycls configs/dds_baselines/resnext';
const ZAGORUYKO = 'Zagoruyko and Komodakis 2016 (arXiv:1605.07146); torchvision resnet.py';
const STRIDE =
  'The 3x3 convolution strides, as in torchvision; the paper and Keras stride in the first 1x1 (strideAt: first) and Keras adds biases (bias: true).';

const RESNETS: readonly (readonly [name: string, spec: ConvnetInput, source: string, note?: string])[] = [
  ['resnet18', basic([2, 2, 2, 2]), HE],
  ['resnet34', basic([3, 4, 6, 3]), HE],
  ['resnet50', bottleneck([3, 4, 6, 3]), HE, STRIDE],
  ['resnet101', bottleneck([3, 4, 23, 3]), HE, STRIDE],
  ['resnet152', bottleneck([3, 8, 36, 3]), HE, STRIDE],
  ['resnext50-32x4d', bottleneck([3, 4, 6, 3], 32, 4), XIE],
  ['resnext101-32x4d', bottleneck([3, 4, 23, 3], 32, 4), PYCLS],
  ['resnext101-32x8d', bottleneck([3, 4, 23, 3], 32, 8), XIE],
  ['resnext101-64x4d', bottleneck([3, 4, 23, 3], 64, 4), XIE],
  ['resnext152-32x4d', bottleneck([3, 8, 36, 3], 32, 4), PYCLS],
  ['wide-resnet50-2', bottleneck([3, 4, 6, 3], 1, 128), ZAGORUYKO],
  ['wide-resnet101-2', bottleneck([3, 4, 23, 3], 1, 128), ZAGORUYKO],
];

/** Depths by table 6 of the paper; resolution, dropout and skipped share of the largest configuration in the repository. */
const RESNET_RS: readonly (readonly [
  name: string,
  depths: Depths,
  resolution: number,
  dropout: number,
  skip: number,
])[] = [
  ['resnet-rs-50', [3, 4, 6, 3], 160, 0.25, 0],
  ['resnet-rs-101', [3, 4, 23, 3], 192, 0.25, 0],
  ['resnet-rs-152', [3, 8, 36, 3], 256, 0.25, 0],
  ['resnet-rs-200', [3, 24, 36, 3], 256, 0.25, 0.1],
  ['resnet-rs-270', [4, 29, 53, 4], 256, 0.25, 0.1],
  ['resnet-rs-350', [4, 36, 72, 4], 320, 0.4, 0.1],
  ['resnet-rs-420', [4, 44, 87, 4], 320, 0.4, 0.1],
];

const resnetRs = (depths: Depths): ConvnetInput => ({
  ...RESNET,
  stem: { kind: 'deep', width: 64, stride: 2, pool: 'convolution' },
  stages: depths.map((depth, index) => ({
    block: 'bottleneck',
    depth,
    width: 256 * 2 ** index,
    stride: strideOf(index),
    shortcut: 'average',
    squeeze: { ratio: 0.25, of: 'output' },
  })),
});

export const RESNET_PRESETS: readonly Preset[] = [
  ...RESNETS.map(([name, spec, source, note]) => ({
    name,
    group: name.startsWith('resnet') ? 'ResNet' : name.startsWith('resnext') ? 'ResNeXt' : 'Wide ResNet',
    spec: { ...spec },
    source,
    ...(note ? { note } : {}),
  })),
  ...RESNET_RS.map(([name, depths, resolution, dropout, stochasticDepth]) => ({
    name,
    group: 'ResNet-RS',
    spec: { ...resnetRs(depths), resolution, dropout, stochasticDepth },
    source: 'Bello et al. 2021 (arXiv:2103.07579); tensorflow/tpu models/official/resnet/resnet_rs',
    note: 'Scales depth where over-fitting threatens, else width; resolution slowly.',
  })),
];
