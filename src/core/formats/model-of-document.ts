import { parse } from 'yaml';
import { modelOfFamily } from '../model/families.ts';
import type { Model } from '../model/model.ts';
import { readFileDocument } from './document.ts';
import type { FileDocument } from './document.ts';
import { huggingFaceModel } from './huggingface/model.ts';
import { kerasModel } from './keras/index.ts';
import { onnxModel } from './onnx/model.ts';
import { refusal } from './refusal.ts';
import { sourceOf } from './source.ts';
import { torchExportModel } from './torch-export/model.ts';

/** The model that a file's document describes. Throws `invalid-input` where it holds weights alone. */
export function modelOfDocument(document: FileDocument, name: string): Model {
  switch (document.format) {
    case 'keras':
      return kerasModel(document, name);
    case 'onnx':
      return onnxModel(document.model, document.source, name);
    case 'torch-export':
      return torchExportModel(document, name);
    case 'huggingface':
      // The text itself, so that an edited configuration keeps its order and spacing.
      return huggingFaceModel(document.text, name);
    case 'isoflop':
      return modelOfFamily(familyDocument(document.text), name);
    case 'safetensors':
    case 'safetensors-index':
      throw refusal('the file holds weights, not the model that they belong to', {
        hint: "Give the model's config.json.",
      });
  }
}

/**
 * A model from the bytes of its file: Keras JSON or `.keras`, ONNX, torch.export `.pt2`, Hugging Face `config.json`, or our YAML, told by the bytes.
 * No code of the file runs. Throws `invalid-input` with the offset or the path in the document, and what to do instead.
 */
export const readModel = (bytes: Uint8Array, name: string): Model =>
  modelOfDocument(readFileDocument(sourceOf(bytes)), name);

/** An alias in YAML may unfold to more than was written; ours need few. */
const MOST_ALIASES = 64;

function familyDocument(text: string): { readonly family: string } {
  let value: unknown;
  try {
    value = parse(text, { maxAliasCount: MOST_ALIASES });
  } catch (cause) {
    throw refusal(`it is no YAML: ${(cause as Error).message.split('\n')[0]}`, { cause });
  }
  if (typeof value === 'object' && value !== null && 'family' in value && typeof value.family === 'string')
    return { ...value, family: value.family };
  throw refusal("a model of ours names its family, and the document has no 'family'", {
    hint: 'Such as family: gpt; isoflop presets NAME prints whole ones.',
  });
}
