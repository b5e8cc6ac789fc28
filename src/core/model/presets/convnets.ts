import { CONVNEXT_PRESETS } from './convnexts.ts';
import { EFFICIENTNET_PRESETS } from './efficientnets.ts';
import { MOBILENET_PRESETS } from './mobilenets.ts';
import type { Preset } from './preset.ts';
import { REGNET_PRESETS } from './regnets.ts';
import { RESNET_PRESETS } from './resnets.ts';

/** Convolutional networks for images. */
export const CONVNET_PRESETS: readonly Preset[] = [
  ...EFFICIENTNET_PRESETS,
  ...MOBILENET_PRESETS,
  ...RESNET_PRESETS,
  ...CONVNEXT_PRESETS,
  ...REGNET_PRESETS,
];
