import { existsSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { z } from 'zod';
import type { FileDocument } from '../../core/formats/document.ts';
import { FAMILY_NAMES, PRESETS, modelOfFamily, presetModel } from '../../core/model/families.ts';
import type { Model } from '../../core/model/model.ts';
import { IsoflopError } from '../../core/terms/errors.ts';
import { editDistance, listed } from '../../core/terms/names.ts';
import { parseChecked } from '../files/yaml.ts';
import { readModelFile } from './read-file.ts';

type Openers = { readonly [Format in FileDocument['format']]?: (document: DocumentOf<Format>, name: string) => Model };
type DocumentOf<Format> = Extract<FileDocument, { readonly format: Format }>;

/** How a file's document becomes a model; each format adds one line here. */
const OPENERS: Openers = {
  isoflop: ({ text }, name) => familyOfText(text, name),
};

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
  const open = OPENERS[document.format] as ((document: FileDocument, name: string) => Model) | undefined;
  if (open) return open(document, nameOf(path));
  const isWeights = document.format === 'safetensors' || document.format === 'safetensors-index';
  throw new IsoflopError(
    'invalid-input',
    isWeights
      ? 'the file holds weights, not the model that they belong to'
      : `models are not read from ${document.format} files`,
    { path, ...(isWeights && { hint: "Give the model's config.json." }) },
  );
}

/** The file's name without its ending; a `config.json` is called by its folder. */
function nameOf(path: string): string {
  const name = basename(path).replace(/\.[^.]+$/, '');
  return name === 'config' ? basename(dirname(resolve(path))) : name;
}

const familySchema = z.looseObject({ family: z.string().describe('Name of the family.') });

function familyOfText(text: string, name: string): Model {
  const words = { whole: 'the model', help: `A model of ours has a family: one of ${FAMILY_NAMES.join(', ')}.` };
  return modelOfFamily(parseChecked(familySchema, text, name, words).value, name);
}

function nearPresets(argument: string): string {
  const wanted = argument.toLowerCase();
  const near = PRESETS.map(({ name }) => ({ name, distance: distance(wanted, name) }))
    .filter((one) => one.distance <= Math.max(2, wanted.length / 3))
    .toSorted((a, b) => a.distance - b.distance)
    .map(({ name }) => name);
  return near.length > 0
    ? `Near names: ${listed(near.slice(0, OFFERED))}.`
    : 'isoflop presets lists the names; a file may be of Keras, ONNX, torch.export, Hugging Face or ours.';
}

/** Slips between two names; a name that begins or ends alike is near however long it is. */
const distance = (wanted: string, name: string): number =>
  wanted.length >= 3 && (name.includes(wanted) || wanted.includes(name)) ? 1 : editDistance(wanted, name);
