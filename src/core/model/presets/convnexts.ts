import type { ConvnetInput } from '../convnet/schema.ts';
import type { Preset } from './preset.ts';

/** First width and depths of each size; widths double from stage to stage. Skipped share by table 5 of the paper. */
const SIZES: readonly (readonly [name: string, width: number, depths: readonly number[], stochasticDepth: number])[] = [
  ['convnext-tiny', 96, [3, 3, 9, 3], 0.1],
  ['convnext-small', 96, [3, 3, 27, 3], 0.4],
  ['convnext-base', 128, [3, 3, 27, 3], 0.5],
  ['convnext-large', 192, [3, 3, 27, 3], 0.5],
  ['convnext-xlarge', 256, [3, 3, 27, 3], 0.5],
];

const convnext = (width: number, depths: readonly number[]): ConvnetInput => ({
  family: 'convnet',
  activation: 'gelu',
  epsilon: 1e-6,
  stem: { kind: 'patches', width, kernel: 4, stride: 4 },
  stages: depths.map((depth, index) => ({
    block: 'convnext',
    depth,
    width: width * 2 ** index,
    stride: index === 0 ? 1 : 2,
  })),
  head: { normalization: true },
});

export const CONVNEXT_PRESETS: readonly Preset[] = SIZES.map(([name, width, depths, stochasticDepth]) => ({
  name,
  group: 'ConvNeXt',
  spec: { ...convnext(width, depths), stochasticDepth },
  source: 'Liu et al. 2022 (arXiv:2201.03545), section 3; facebookresearch/ConvNeXt',
}));
