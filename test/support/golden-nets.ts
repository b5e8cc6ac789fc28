import type { Loss } from '../../src/core/graph/types.ts';
import { modelOfFamily, presetOf } from '../../src/core/model/families.ts';
import type { Model } from '../../src/core/model/model.ts';

/** A whole net that is trained here and in PyTorch from the same numbers (tools/golden/nets). */
export interface GoldenNet {
  readonly name: string;
  readonly model: Model;
  readonly loss: Loss;
  readonly batch: number;
  /** Tokens a sample, for models of text. */
  readonly tokens?: number;
}

/** Classes, and values that a token takes. */
export const CLASSES = 10;

/** Nothing is left to chance: neither dropout nor stochastic depth. */
const CERTAIN = { dropout: 0, stochasticDepth: 0 };

const convnet = (preset: string, resolution: number, batch = 8): GoldenNet => {
  const document = { ...presetOf(preset)!.spec, ...CERTAIN, resolution, classes: CLASSES };
  return { name: preset, model: modelOfFamily(document, preset), loss: 'cross-entropy', batch };
};

export const GOLDEN_NETS: readonly GoldenNet[] = [
  convnet('resnet18', 64),
  convnet('efficientnet-b0', 64),
  convnet('mobilenet-v3-small-100', 64),
  convnet('mobilenet-v3-large-100', 64),
  convnet('convnext-tiny', 32),
];
