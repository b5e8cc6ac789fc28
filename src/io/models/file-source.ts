import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import type { ByteSource } from '../../core/formats/source.ts';
import { sourceOf } from '../../core/formats/source.ts';
import { IsoflopError } from '../../core/terms/errors.ts';
import { fileError } from '../files/errors.ts';

/** A file up to this size is loaded whole; of a larger one only the parts that a reader asks for: headers, not weights. */
const MOST_LOADED_BYTES = 64 * 2 ** 20;

const DOING = 'reading a model';

/** The bytes of a file. */
export function fileSource(path: string): ByteSource {
  try {
    const facts = statSync(path);
    if (facts.isDirectory()) throw folderFault(path);
    if (!facts.isFile()) throw new IsoflopError('invalid-input', `${DOING}: '${path}' is no regular file`);
    if (facts.size <= MOST_LOADED_BYTES) return sourceOf(readFileSync(path));
    return { size: facts.size, read: (start, end) => readPart(path, start, end) };
  } catch (cause) {
    throw fileError(cause, DOING, path);
  }
}

const folderFault = (path: string): IsoflopError =>
  new IsoflopError('invalid-input', `${DOING}: '${path}' is a folder, not a file`, {
    hint: 'Name the file inside it: config.json, model.onnx, model.keras or model.pt2. A SavedModel folder is not read.',
  });

function readPart(path: string, start: number, end: number): Uint8Array {
  try {
    const file = openSync(path, 'r');
    try {
      const bytes = new Uint8Array(end - start);
      for (let done = 0; done < bytes.length;) {
        const read = readSync(file, bytes, done, bytes.length - done, start + done);
        if (read === 0) throw new IsoflopError('invalid-input', `${DOING}: '${path}' became shorter while it was read`);
        done += read;
      }
      return bytes;
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    throw fileError(cause, DOING, path);
  }
}
