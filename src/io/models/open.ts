import { existsSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { z } from 'zod';
import { modelOfDocument } from '../../core/formats/model-of-document.ts';
import { within } from '../../core/formats/refusal.ts';
import { FAMILY_NAMES, PRESETS, modelOfFamily, presetModel } from '../../core/model/families.ts';
import type { Model } from '../../core/model/model.ts';
import { IsoflopError } from '../../core/terms/errors.ts';
import { listed, nearNames } from '../../core/terms/names.ts';
import { parseChecked } from '../files/yaml.ts';
import { readModelFile } from './read-file.ts';

/** So many names of presets are offered where one was not found. */
const OFFERED = 6;

/**
 * The model that a MODEL argument names: a file of any format (told by its bytes), else a preset. Throws `missing` with near names
 * where it is neither.
 */
export async function openModel(argument: string): Promise<Model> {
  if (existsSync(argument)) return openModelFile(argument);
  const preset = presetModel(argument);
  if (preset) return preset;
  throw new IsoflopError('missing', `'${argument}' is no file and no preset`, { hint: nearPresets(argument) });
}

async function openModelFile(path: string): Promise<Model> {
  const document = await readModelFile(path);
  // Our own document is written by people, who want the line of a fault.
  if (document.format === 'isoflop') return familyOfText(document.text, basename(path), nameOf(path));
  return within(basename(path), () => modelOfDocument(document, nameOf(path)));
}

/** The file's name without its ending; a `config.json` is called by its folder. */
function nameOf(path: string): string {
  const name = basename(path).replace(/\.[^.]+$/, '');
  return name === 'config' ? basename(dirname(resolve(path))) : name;
}

const familySchema = z.looseObject({ family: z.string().describe('Name of the family.') });

function familyOfText(text: string, file: string, name: string): Model {
  const words = { whole: 'the model', help: `A model of ours has a family: one of ${FAMILY_NAMES.join(', ')}.` };
  return modelOfFamily(parseChecked(familySchema, text, file, words).value, name);
}

function nearPresets(argument: string): string {
  const near = nearNames(
    argument,
    PRESETS.map(({ name }) => name),
  );
  return near.length > 0
    ? `Near names: ${listed(near, OFFERED)}.`
    : 'isoflop presets lists the names; a file may be of Keras, ONNX, torch.export, Hugging Face or ours.';
}
