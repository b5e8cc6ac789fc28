import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { z } from 'zod';
import type { FileDocument } from '../../core/formats/document.ts';
import { huggingFaceModel } from '../../core/formats/huggingface/model.ts';
import { kerasModel } from '../../core/formats/keras/index.ts';
import { onnxModel } from '../../core/formats/onnx/model.ts';
import { within } from '../../core/formats/refusal.ts';
import { torchExportModel } from '../../core/formats/torch-export/model.ts';
import { FAMILY_NAMES, PRESETS, modelOfFamily, presetModel } from '../../core/model/families.ts';
import type { Model } from '../../core/model/model.ts';
import { IsoflopError } from '../../core/terms/errors.ts';
import { editDistance, listed } from '../../core/terms/names.ts';
import { parseChecked } from '../files/yaml.ts';
import { readModelFile } from './read-file.ts';

type Openers = { readonly [Format in FileDocument['format']]?: Opener<Extract<FileDocument, { format: Format }>> };
type Opener<Document> = (document: Document, name: string, path: string) => Model;

/** How a file's document becomes a model; each format adds one line here. */
const OPENERS: Openers = {
  isoflop: ({ text }, name) => familyOfText(text, name),
  keras: kerasModel,
  onnx: ({ model, source }, name) => onnxModel(model, source, name),
  'torch-export': torchExportModel,
  // The text itself, so that an edited configuration keeps its order and spacing.
  huggingface: (_, name, path) => huggingFaceModel(readFileSync(path, 'utf8'), name),
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
  const open = OPENERS[document.format] as Opener<FileDocument> | undefined;
  if (open) return within(basename(path), () => open(document, nameOf(path), path));
  throw new IsoflopError('invalid-input', 'the file holds weights, not the model that they belong to', {
    path,
    hint: "Give the model's config.json.",
  });
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
