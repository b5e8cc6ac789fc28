import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { zipSync } from 'fflate';
import { encode } from 'fast-png';
import { openDataset } from '../../src/app/worker/dataset.ts';
import type { Dataset } from '../../src/app/worker/dataset.ts';
import { imagesDataSchema, tableDataSchema } from '../../src/core/schema/data.ts';
import { IsoflopError } from '../../src/core/terms/errors.ts';
import { temporaryFolder } from './study.ts';

/** A folder with these files; a text is written as UTF-8. */
export function folderOf(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = temporaryFolder('data');
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** An IDX file of unsigned bytes. */
export function idx(shape: readonly number[], values: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * shape.length + values.length);
  bytes.set([0, 0, 8, shape.length]);
  const view = new DataView(bytes.buffer);
  for (const [axis, extent] of shape.entries()) view.setUint32(4 + 4 * axis, extent);
  bytes.set(values, 4 + 4 * shape.length);
  return bytes;
}

/** A .npy file of format 1. */
export function npy(type: string, shape: readonly number[], body: Uint8Array): Uint8Array {
  const header = `{'descr': '${type}', 'fortran_order': False, 'shape': (${shape.join(', ')}${shape.length === 1 ? ',' : ''}), }\n`;
  const bytes = new Uint8Array(10 + header.length + body.length);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length & 255, header.length >> 8]);
  bytes.set(new TextEncoder().encode(header), 10);
  bytes.set(body, 10 + header.length);
  return bytes;
}

/** An npz file of stored arrays. */
export const npz = (arrays: Readonly<Record<string, Uint8Array>>): Uint8Array =>
  zipSync(Object.fromEntries(Object.entries(arrays).map(([name, bytes]) => [`${name}.npy`, bytes])), { level: 0 });

/** A PNG whose every value is `level`. */
export const flatPng = (height: number, width: number, level: number, channels: 1 | 3 = 3): Uint8Array =>
  encode({ height, width, channels, depth: 8, data: new Uint8Array(height * width * channels).fill(level) });

/** Opens images of a folder, with the defaults of the schema. */
export const openImages = (folder: string, data: Record<string, unknown>): Promise<Dataset> =>
  openDataset(imagesDataSchema.parse({ kind: 'images', ...data }), folder);

/** Opens a table of a folder, with the defaults of the schema. */
export const openTable = (folder: string, data: Record<string, unknown>): Promise<Dataset> =>
  openDataset(tableDataSchema.parse({ kind: 'table', ...data }), folder);

/** What the promise was refused with, as a person reads it. */
export async function sentenceOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof IsoflopError) return error.sentence;
    throw error;
  }
  throw new Error('nothing was refused');
}
