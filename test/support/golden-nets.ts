import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { JsonCursor } from '../../src/core/formats/json/cursor.ts';
import { readKerasJson } from '../../src/core/formats/keras/archive.ts';
import { huggingFaceModel } from '../../src/core/formats/huggingface/model.ts';
import { kerasModel } from '../../src/core/formats/keras/index.ts';
import { pytorchText } from '../../src/core/formats/pytorch/text.ts';
import type { Graph, Loss } from '../../src/core/graph/types.ts';
import { modelOfFamily, presetOf } from '../../src/core/model/families.ts';
import type { Model } from '../../src/core/model/model.ts';
import { objectiveForm } from '../../src/core/autodiff/form/index.ts';
import { GOLDEN_CONFIGS } from './golden-configs.ts';
import type { GoldenConfig } from './golden-configs.ts';

/** A whole net that is trained here and in its framework from the same numbers (tools/golden/nets). */
export interface GoldenNet {
  readonly name: string;
  readonly model: Model;
  readonly framework: 'pytorch' | 'keras' | 'transformers';
  /** The net as its framework reads it: Python code, a Keras file, or a config.json. */
  readonly text: string;
  readonly loss: Loss;
  readonly batch: number;
  /** Values that classes take. */
  readonly classes: number;
  /** Values that tokens take. */
  readonly vocabulary: number;
  /** Tokens of a sample of text. */
  readonly tokens?: number;
}

/** Nothing is left to chance: neither dropout nor stochastic depth. */
const CERTAIN = { dropout: 0, stochasticDepth: 0, classes: 10 };

function convnet(preset: string, resolution: number, batch = 8): GoldenNet {
  const document = { ...presetOf(preset)!.spec, ...CERTAIN, resolution };
  const model = modelOfFamily(document, preset);
  return {
    name: preset,
    model,
    framework: 'pytorch',
    text: pytorchText(model)!,
    loss: 'cross-entropy',
    batch,
    classes: 10,
    vocabulary: 10,
  };
}

/** A Keras file of test/golden/models, without dropout. */
function keras(file: string, loss: Loss, classes = 10, batch = 4, vocabulary = classes): GoldenNet {
  const written = readFileSync(join(import.meta.dirname, '../golden/models/keras', `${file}.json`), 'utf8');
  const text = written.replace(/"(rate|dropout)": [\d.]+/g, '"$1": 0.0');
  const model = kerasModel(readKerasJson(new JsonCursor(JSON.parse(text) as never, '')), file);
  return { name: `keras-${file}`, model, framework: 'keras', text, loss, batch, classes, vocabulary };
}

/** A model of Hugging Face transformers, fed pixels or tokens; targets of tokens are tokens. */
function huggingFace(name: string, config: GoldenConfig): GoldenNet {
  const { vocab_size: vocabulary = 10 } = config;
  return {
    ...{ name, model: huggingFaceModel(JSON.stringify(config), name), framework: 'transformers' },
    ...{ text: JSON.stringify(config), loss: 'cross-entropy', batch: 2, tokens: 16 },
    ...{ classes: vocabulary, vocabulary },
  };
}

export const GOLDEN_NETS: readonly GoldenNet[] = [
  convnet('resnet18', 64),
  convnet('efficientnet-b0', 64),
  convnet('mobilenet-v3-small-100', 64),
  convnet('mobilenet-v3-large-100', 64),
  convnet('convnext-tiny', 32),
  keras('mlp', 'binary-cross-entropy', 2, 16),
  keras('residual', 'cross-entropy'),
  keras('densely-connected', 'cross-entropy', 5),
  keras('two-branch', 'cross-entropy', 3, 16),
  keras('frozen', 'cross-entropy', 5),
  keras('conv3d', 'cross-entropy', 2),
  keras('unet-transpose', 'binary-cross-entropy', 2, 2),
  keras('convnet', 'cross-entropy'),
  keras('transformer', 'cross-entropy', 2, 4, 50),
  keras('vision-transformer', 'cross-entropy'),
  keras('unet-upsample', 'binary-cross-entropy', 2, 2),
  keras('summed-unet', 'binary-cross-entropy', 2, 2),
  keras('conv1d', 'cross-entropy', 5),
  keras('normalizations', 'cross-entropy', 8),
  keras('post-norm-encoder', 'cross-entropy', 3),
  keras('grouped-query', 'cross-entropy', 200),
  keras('einsum-dense', 'mse'),
  keras('operators', 'cross-entropy', 4),
  ...Object.entries(GOLDEN_CONFIGS).map(([name, config]) => huggingFace(name, config)),
];

/** The graph that is trained, before its backward pass. */
export const goldenGraph = ({ model, loss, batch, tokens }: GoldenNet): Graph =>
  objectiveForm(model.lower({ batch, tokens }), { loss, training: true });
