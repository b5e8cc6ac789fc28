import { File, ready } from 'h5wasm/node';
import { MOST_JSON_BYTES } from '../../core/formats/limits.ts';

/** What a Keras 2 file says in JSON: its model, and how it was compiled, if it was. */
export interface KerasH5Texts {
  readonly model: string;
  readonly training: string | undefined;
}

export interface H5Fault {
  readonly fault: string;
}

/** HDF5's class of strings. */
const STRING = 3;

/** Reads the JSON texts of a Keras 2 file; what is wrong with it is told in words. */
export function readH5Texts(path: string): KerasH5Texts | H5Fault {
  try {
    const file = new File(path, 'r');
    try {
      return readTexts(file);
    } finally {
      file.close();
    }
  } catch (error) {
    if (error instanceof Fault) return { fault: error.message };
    return { fault: `HDF5 cannot read it: ${deepest(error instanceof Error ? error.message : String(error))}` };
  }
}

/** HDF5 tells its whole call stack; the last line that has a number says the reason. */
function deepest(message: string): string {
  const lines = message.split('\n').filter((line) => /^\s*#\d+: /.test(line));
  return lines.at(-1)?.replace(/^.*?\(\): /, '') ?? message.slice(0, 200);
}

/** What is wrong with the file, in our words. */
class Fault extends Error {}

function readTexts(file: File): KerasH5Texts {
  const model = textOf(file, 'model_config');
  if (model !== undefined) return { model, training: textOf(file, 'training_config') };
  const names = file.keys().slice(0, 5).join(', ').slice(0, 200);
  throw new Fault(`the file has no model_config: it holds weights only (${names || 'nothing'})`);
}

function textOf(file: File, name: string): string | undefined {
  if (!Object.hasOwn(file.attrs, name)) return undefined;
  const attribute = file.attrs[name];
  const { type, vlen, size, total_size: items } = attribute.metadata;
  if (type !== STRING) throw new Fault(`its ${name} is no text`);
  if (!vlen && items * size > MOST_JSON_BYTES) throw new Fault(`its ${name} claims more than ${MOST_JSON_BYTES} bytes`);
  const text = attribute.value;
  if (typeof text !== 'string') throw new Fault(`its ${name} is no single text`);
  return text;
}

const library = await ready;
library.activate_throwing_error_handler();
