import type { Model } from '../../model/model.ts';
import { IsoflopError } from '../../terms/errors.ts';
import type { JsonCursor } from '../json/cursor.ts';
import { applyEdits } from './apply.ts';
import type { KerasDocument } from './archive.ts';
import { refusal } from '../refusal.ts';
import { inputsOf } from './inputs.ts';
import { lowerModel } from './lower.ts';
import { refuseMisfits } from './misfits.ts';
import { fittedVariables } from './optimizer.ts';
import { sharedLayers } from './shared.ts';
import { classOf, isModel } from './structure.ts';

/** The model that a Keras document describes. Its layers, widths and inputs are checked when it is lowered. */
export function kerasModel(document: KerasDocument, name: string): Model {
  const { config } = document;
  refuseUnlayered(config);
  return {
    name,
    format: 'keras',
    origin: originOf(document),
    inputs: inputsOf(config),
    get optimizerVariables() {
      return optimizerVariables(document);
    },
    lower: (options = {}) => {
      const { graph, bindings } = lowerModel(config, options);
      refuseMisfits(bindings);
      return graph;
    },
    apply: (edits) => {
      refuseShared(config);
      return kerasModel({ ...document, ...UNFITTED, config: applyEdits(config, edits) }, name);
    },
    write: () => ({ extension: '.json', bytes: new TextEncoder().encode(JSON.stringify(config.value)) }),
  };
}

/** A scaled model has fresh weights. */
const UNFITTED = { optimizer: undefined, optimizerValues: undefined, weightsBytes: undefined };

/** What the file holds of the optimizer, else what the optimizer that it names holds once the model was fitted. */
function optimizerVariables({ config, optimizer, optimizerValues }: KerasDocument): number | undefined {
  if (optimizerValues !== undefined || optimizer === undefined) return optimizerValues;
  const { parameters } = lowerModel(config, {}).graph;
  return fittedVariables(
    optimizer,
    parameters.map(({ parameter }) => parameter).filter(({ frozen }) => !frozen),
  );
}

/** The JSON that a scaled model returns as does not say that layers are the same object: Keras would give each its own weights. */
function refuseShared(model: JsonCursor): void {
  const [layer] = sharedLayers(model).keys();
  if (layer === undefined) return;
  const { name } = (layer as { config: { name: string } }).config;
  throw new IsoflopError(
    'not-identifiable',
    'several models of the file share this layer, and no JSON of Keras can say so',
    {
      path: `layer '${name}'`,
      hint: 'Scale the shared model by itself, or build it so that one model is called several times.',
    },
  );
}

/** A model whose class holds no layers is code, and code is not in the file. */
function refuseUnlayered(model: JsonCursor): void {
  if (isModel(model)) return;
  const name = classOf(model);
  throw refusal(`${name} is no Sequential or functional model: the file holds its arguments, not its layers`, {
    path: 'class_name',
    hint: 'Build it as keras.Sequential or keras.Model(inputs, outputs), or export it to ONNX.',
  });
}

function originOf({ metadata }: KerasDocument): string {
  const version = metadata?.find('keras_version')?.value;
  return typeof version === 'string' ? `Keras ${version}` : 'Keras';
}
