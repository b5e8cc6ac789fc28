import type { LowerOptions, ModelInput } from '../../model/model.ts';
import type { JsonCursor } from '../json/cursor.ts';
import { LARGEST_EXTENT } from '../limits.ts';
import { refusal } from '../refusal.ts';
import type { Bindings } from './bindings.ts';
import { join } from './part.ts';
import { isFunctional, isModel, layersOf, leavesOf } from './structure.ts';
import type { LayerEntry } from './structure.ts';

/** Height and width of an image whose document leaves them free, where the caller says none: ImageNet's. */
const FREE_IMAGE = 224;
/** Length of a sequence that is left free, where the caller says none. */
const FREE_LENGTH = 1024;
/** Name that Keras gives to the input of a Sequential model without one. */
const UNNAMED_INPUT = 'input_layer';

/** The inputs of a model in the order of its call. */
export function inputsOf(model: JsonCursor): ModelInput[] {
  const layers = layersOf(model);
  if (!isFunctional(model)) return [chainInput(model, [...layers.values()][0])];
  return leavesOf(model.get('config').get('input_layers')).map((leaf) => {
    const layer = layers.get(leaf.layer);
    if (layer === undefined) throw model.refusal(`the input layer '${leaf.layer}' is not there`);
    return { name: leaf.layer, shape: shapeOf(saidShape(layer.config)), dtype: dtypeOf(layer.config) };
  });
}

/** The input of a chain: its InputLayer, else what its first layer or the build configuration says. */
function chainInput(model: JsonCursor, first: LayerEntry | undefined): ModelInput {
  if (first === undefined) throw model.refusal('the model has no layers');
  if (first.className === 'InputLayer')
    return { name: first.name, shape: shapeOf(saidShape(first.config)), dtype: dtypeOf(first.config) };
  if (isModel(first.cursor)) return inputsOf(first.cursor)[0];
  const built = model.get('config').find('build_input_shape') ?? model.find('build_config')?.find('input_shape');
  const cursor = inputCursor(first.config) ?? built;
  if (cursor === undefined) {
    throw refusal('the model was never built, so its input has no shape', {
      path: `layer '${first.name}'`,
      hint: 'Add keras.Input(shape) as its first layer, or call model.build, and save it again.',
    });
  }
  return { name: UNNAMED_INPUT, shape: shapeOf(cursor), dtype: first.className === 'Embedding' ? 'int32' : 'float32' };
}

/** Where an input's shape with the batch stands: Keras 3 and Keras 2. */
export const inputCursor = (config: JsonCursor): JsonCursor | undefined =>
  config.find('batch_shape') ?? config.find('batch_input_shape');

const saidShape = (config: JsonCursor): JsonCursor => inputCursor(config) ?? config.get('batch_shape');

function shapeOf(cursor: JsonCursor): (number | null)[] {
  return cursor
    .items()
    .slice(1)
    .map((extent) => (extent.isNull ? null : extent.integer({ min: 1, max: LARGEST_EXTENT })));
}

const dtypeOf = (config: JsonCursor): 'float32' | 'int32' =>
  /int|bool|string/.test(String(config.find('dtype')?.value ?? 'float32')) ? 'int32' : 'float32';

/** The shape at which an input is lowered: batch first, free axes at the caller's extent or the default. */
export function inputShape(input: ModelInput, { batch = 1, tokens }: LowerOptions): number[] {
  const free = tokens ?? (input.shape.length >= 3 ? FREE_IMAGE : FREE_LENGTH);
  return [batch, ...input.shape.map((extent) => extent ?? free)];
}

/** Notes where an InputLayer records its shape; one inside of a nested model must agree with what it is called with. */
export function recordInput(bindings: Bindings, layer: LayerEntry, shape: readonly number[], prefix: string): void {
  const cursor = inputCursor(layer.config);
  if (cursor === undefined) return;
  const key = layer.config.has('batch_shape') ? 'batch_shape' : 'batch_input_shape';
  const said = shapeOf(cursor);
  const fits =
    said.length === shape.length - 1 && said.every((extent, i) => extent === null || extent === shape[i + 1]);
  if (prefix !== '' && !fits) bindings.misfits.push({ layer: join(prefix, layer.name), said, shape: shape.slice(1) });
  bindings.recorded.push({ record: layer.config.value as Record<string, unknown>, key, shape });
}
