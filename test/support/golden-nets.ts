import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { JsonCursor } from '../../src/core/formats/json/cursor.ts';
import { readKerasJson } from '../../src/core/formats/keras/archive.ts';
import { kerasModel } from '../../src/core/formats/keras/index.ts';
import { pytorchText } from '../../src/core/formats/pytorch/text.ts';
import type { Graph, Loss } from '../../src/core/graph/types.ts';
import { modelOfFamily, presetOf } from '../../src/core/model/families.ts';
import type { Model } from '../../src/core/model/model.ts';
import { objectiveForm } from '../../src/core/autodiff/form/index.ts';

/** A whole net that is trained here and in its framework from the same numbers (tools/golden/nets). */
export interface GoldenNet {
  readonly name: string;
  readonly model: Model;
  readonly framework: 'pytorch' | 'keras';
  /** The net as its framework reads it: Python code, or JSON. */
  readonly text: string;
  readonly loss: Loss;
  readonly batch: number;
  /** Values that whole inputs and classes take. */
  readonly classes: number;
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
  };
}

/** A Keras file of test/golden/models. */
function keras(file: string, loss: Loss, classes = 10, batch = 4): GoldenNet {
  const text = readFileSync(join(import.meta.dirname, '../golden/models/keras', `${file}.json`), 'utf8');
  const model = kerasModel(readKerasJson(new JsonCursor(JSON.parse(text) as never, '')), file);
  return { name: `keras-${file}`, model, framework: 'keras', text, loss, batch, classes };
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
];

/** The graph that is trained, before its backward pass. */
export const goldenGraph = ({ model, loss, batch }: GoldenNet): Graph =>
  objectiveForm(model.lower({ batch }), { loss, training: true });
