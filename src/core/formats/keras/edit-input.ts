import type { JsonCursor } from '../json/cursor.ts';
import { refusal } from '../refusal.ts';
import { inputCursor, inputsOf } from './inputs.ts';
import { isFunctional, isModel, layersOf } from './structure.ts';
import type { LayerEntry } from './structure.ts';

/** Sets the shape of an input where the document says it, without the batch. */
export function setInput(model: JsonCursor, name: string, shape: readonly (number | null)[]): void {
  const before = inputsOf(model).find((input) => input.name === name);
  if (before === undefined) {
    throw refusal(`no input is called '${name}'`, {
      hint: `Inputs: ${inputsOf(model)
        .map((input) => input.name)
        .join(', ')}.`,
    });
  }
  const layers = layersOf(model);
  const first = [...layers.values()][0];
  if (isFunctional(model)) setShape(layers.get(name)!.config, shape);
  else setChain(model, first, name, shape);
}

/** The input of a chain stands in its InputLayer, its first layer, the chain's own configuration, or the model that comes first. */
function setChain(model: JsonCursor, first: LayerEntry, name: string, shape: readonly (number | null)[]): void {
  const config = model.get('config');
  if (isModel(first.cursor)) setInput(first.cursor, name, shape);
  else if (inputCursor(first.config) !== undefined) setShape(first.config, shape);
  const said = config.find('build_input_shape') ?? model.find('build_config')?.find('input_shape');
  if (said !== undefined || inputCursor(first.config) === undefined) {
    const batch = said?.isArray ? (said.value as (number | null)[])[0] : null;
    (config.object() as Record<string, unknown>).build_input_shape = [batch, ...shape];
  }
}

function setShape(config: JsonCursor, shape: readonly (number | null)[]): void {
  const key = config.has('batch_shape') ? 'batch_shape' : 'batch_input_shape';
  const [batch] = config.get(key).value as (number | null)[];
  (config.object() as Record<string, unknown>)[key] = [batch, ...shape];
}
