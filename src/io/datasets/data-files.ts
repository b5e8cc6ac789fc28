import { lstatSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { IsoflopError } from '../../core/terms/errors.ts';
import { fileError } from '../files/errors.ts';

/** One Node buffer holds a file; a training set of this size still fits the memory of a small machine. */
export const MOST_FILE_BYTES = 2 ** 31 - 1;
/** A gzip bomb unpacks a thousandfold. */
const MOST_UNPACKED_BYTES = 2 ** 31 - 1;
/** More files than this in a folder are no data set that one process reads into memory. */
const MOST_FILES = 5_000_000;

const DOING = 'reading data';

/** Absolute paths in the order in which they were named. */
export const absolutePaths = (paths: string | readonly string[], base: string): string[] =>
  [paths].flat().map((path) => resolve(base, path));

export function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (cause) {
    throw fileError(cause, DOING, path);
  }
}

/** The content of a file, unpacked where it is gzip. Refuses an empty, a cut off and a too large one. */
export function readData(path: string): Uint8Array {
  const bytes = readWhole(path);
  if (bytes.length === 0)
    throw new IsoflopError('invalid-input', 'the file is empty', { path, hint: 'Fetch or write it again.' });
  return bytes[0] === 0x1f && bytes[1] === 0x8b ? unpack(bytes, path) : bytes;
}

function readWhole(path: string): Uint8Array {
  try {
    const facts = statSync(path);
    if (facts.isFile() && facts.size > MOST_FILE_BYTES)
      throw new IsoflopError('invalid-input', `the file has ${facts.size} bytes; at most ${MOST_FILE_BYTES} are read`, {
        path,
        hint: 'Divide it into several files, or train on a part of it.',
      });
    return readFileSync(path);
  } catch (cause) {
    throw fileError(cause, DOING, path);
  }
}

function unpack(bytes: Uint8Array, path: string): Uint8Array {
  try {
    return gunzipSync(bytes, { maxOutputLength: MOST_UNPACKED_BYTES });
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const what =
      code === 'Z_BUF_ERROR'
        ? 'the gzip file is cut off'
        : code === 'ERR_BUFFER_TOO_LARGE'
          ? `the gzip file unpacks to more than ${MOST_UNPACKED_BYTES} bytes`
          : `the gzip file is damaged (${message})`;
    throw new IsoflopError('invalid-input', what, { path, hint: 'Fetch it again and compare its size.', cause });
  }
}

/** Names in a folder, in the order of their letters; hidden ones and links are passed over. */
export function namesIn(folder: string, kind: 'files' | 'folders'): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    if (entries.length > MOST_FILES)
      throw new IsoflopError(
        'invalid-input',
        `the folder holds ${entries.length} files; at most ${MOST_FILES} are read`,
        {
          path: folder,
        },
      );
    return entries
      .filter((entry) => !entry.name.startsWith('.') && (kind === 'files' ? entry.isFile() : entry.isDirectory()))
      .map(({ name }) => name)
      .sort();
  } catch (cause) {
    throw fileError(cause, DOING, folder);
  }
}

/** All files in a folder and below it, in the order of their paths. */
export function filesBelow(folder: string): string[] {
  const own = namesIn(folder, 'files').map((name) => join(folder, name));
  return [...own, ...namesIn(folder, 'folders').flatMap((name) => filesBelow(join(folder, name)))];
}

/** Whether something stands at the path. */
export const exists = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;
