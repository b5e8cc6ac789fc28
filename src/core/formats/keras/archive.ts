import { sizeOf } from '../../graph/sizes.ts';
import { MOST_JSON_BYTES } from '../limits.ts';
import type { JsonCursor } from '../json/cursor.ts';
import { parseJsonBytes } from '../json/parse.ts';
import { refusal, within } from '../refusal.ts';
import type { ByteSource } from '../source.ts';
import { ZipArchive } from '../zip/archive.ts';
import type { ZipEntry } from '../zip/directory.ts';
import { datasetShapes } from './hdf5.ts';

/** What a `.keras` file or the JSON of a Keras model says, before any layer is looked at. */
export interface KerasDocument {
  /** The model: `class_name` and `config` are there. */
  readonly config: JsonCursor;
  /** Of a `.keras` file, with `keras_version`. */
  readonly metadata: JsonCursor | undefined;
  /** The optimizer that the model was compiled with: an object with `class_name`, or its name; undefined where it was not compiled. */
  readonly optimizer: JsonCursor | undefined;
  /** Size of the stored weights in bytes, the optimizer's included; undefined where there is no such file. */
  readonly weightsBytes: number | undefined;
  /** Values that the stored weights hold for the optimizer; undefined where they hold none or cannot be looked into. */
  readonly optimizerValues: number | undefined;
}

const CONFIG = 'config.json';
const METADATA = 'metadata.json';
const WEIGHTS = 'model.weights.h5';

/** Whether a zip with these entries is a `.keras` file. */
export const isKerasArchive = (archive: ZipArchive): boolean =>
  archive.find(CONFIG) !== undefined && (archive.find(METADATA) !== undefined || archive.find(WEIGHTS) !== undefined);

/** Reads a `.keras` file: a zip with `config.json`, `metadata.json` and the weights, of which the optimizer's shapes are read alone. */
export function readKerasArchive(source: ByteSource): KerasDocument {
  const archive = new ZipArchive(source);
  const entry = archive.find(CONFIG);
  if (entry === undefined)
    throw refusal(`the zip has no ${CONFIG}, so it is no .keras file`, {
      hint: 'Save it with model.save("model.keras").',
    });
  const metadata = archive.find(METADATA);
  const weights = archive.find(WEIGHTS);
  const parse = (one: ZipEntry): JsonCursor => parseJsonBytes(archive.read(one, MOST_JSON_BYTES));
  return {
    ...within(CONFIG, () => checkedModel(parse(entry))),
    metadata: metadata === undefined ? undefined : within(METADATA, () => parse(metadata)),
    weightsBytes: weights?.bytes,
    optimizerValues: weights && optimizerValues(archive.stored(weights)),
  };
}

/** Keras keeps the variables of an optimizer in one group; those of a model that was never fitted are its step and its rate. */
function optimizerValues(weights: ByteSource | undefined): number | undefined {
  const shapes = weights && datasetShapes(weights, ['optimizer', 'vars']);
  return shapes?.reduce((sum, shape) => sum + sizeOf(shape), 0);
}

/** Takes the JSON of `model.to_json()`; a Keras 2 file says in another text, its `training_config`, how it was compiled. */
export const readKerasJson = (document: JsonCursor, training?: JsonCursor): KerasDocument => ({
  ...checkedModel(document),
  ...(training ? { optimizer: training.find('optimizer_config') } : {}),
  metadata: undefined,
  weightsBytes: undefined,
  optimizerValues: undefined,
});

/** Whether a document looks like a Keras model: `class_name` with a `config`. */
export const isKerasModel = (document: JsonCursor): boolean =>
  document.isObject && typeof document.object().class_name === 'string' && document.has('config');

function checkedModel(config: JsonCursor): Pick<KerasDocument, 'config' | 'optimizer'> {
  config.get('class_name').string();
  config.get('config').object();
  return { config, optimizer: config.find('compile_config')?.find('optimizer') };
}
