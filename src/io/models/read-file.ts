import { basename } from 'node:path';
import type { FileDocument } from '../../core/formats/document.ts';
import { readFileDocument } from '../../core/formats/document.ts';
import { parseJson } from '../../core/formats/json/parse.ts';
import { readKerasJson } from '../../core/formats/keras/archive.ts';
import { within } from '../../core/formats/refusal.ts';
import { sniff } from '../../core/formats/sniff.ts';
import { fileSource } from './file-source.ts';
import { readKerasH5 } from './keras-h5.ts';

/** Reads the file of a model, of whatever format, as its format's own document; errors name the file. */
export async function readModelFile(path: string): Promise<FileDocument> {
  const source = fileSource(path);
  const name = basename(path);
  const kind = within(name, () => sniff(source));
  if (kind !== 'keras-h5') return within(name, () => readFileDocument(source));
  const { model, training } = await readKerasH5(path);
  const config = within(`${name}: model_config`, () => parseJson(model));
  const compiled = training === undefined ? undefined : within(`${name}: training_config`, () => parseJson(training));
  return within(name, () => ({ format: 'keras', ...readKerasJson(config, compiled) }));
}
