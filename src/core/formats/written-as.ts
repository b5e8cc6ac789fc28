import type { Model, ModelDocument, ModelFormat } from '../model/model.ts';
import { IsoflopError } from '../terms/errors.ts';
import { PYTORCH_FAMILIES, pytorchText } from './pytorch/text.ts';

interface Written {
  /** In the words of a refusal. */
  readonly name: string;
  /** Of the document that the model itself writes. */
  readonly extension: string;
  readonly what: string;
  /** Why the file that was read does not come back as it was. */
  readonly why?: string;
}

const WRITTEN: Readonly<Record<ModelFormat, Written>> = {
  family: { name: 'a model of ours', extension: '.yaml', what: 'the family and its parameters' },
  keras: {
    name: 'a Keras model',
    extension: '.json',
    what: 'Keras JSON, for keras.models.model_from_json',
    why: 'A .keras or .h5 file holds weights, and a scaled model has none: load the JSON and save it with Keras.',
  },
  onnx: { name: 'an ONNX model', extension: '.onnx', what: 'with fresh weights' },
  'torch-export': {
    name: 'a torch.export program',
    extension: '.py',
    what: 'PyTorch code',
    why: 'A .pt2 file is made by PyTorch alone: export the class Network of the .py with torch.export.',
  },
  huggingface: { name: 'a Hugging Face model', extension: '.json', what: 'its config.json' },
};

const PYTORCH = '.py';

/** What a model can be written as: its own format first, then PyTorch code where its family has it. */
export function writtenForms(model: Model): readonly { readonly extension: string; readonly what: string }[] {
  const { extension, what } = WRITTEN[model.format];
  const hasText = model.family !== undefined && PYTORCH_FAMILIES.includes(model.family.family);
  return [{ extension, what }, ...(hasText ? [{ extension: PYTORCH, what: 'PyTorch code' }] : [])];
}

/** Why a model does not come back in the very kind of file that it was read from; undefined where it does. */
export const whyNotAsRead = ({ format }: Model): string | undefined => WRITTEN[format].why;

/** Throws `invalid-input` with what the model can be written as where `extension` (with its dot) is none of them. */
export function checkWritten(model: Model, extension: string): void {
  const forms = writtenForms(model);
  if (forms.some((form) => form.extension === extension)) return;
  const list = forms.map((form) => `${form.extension} (${form.what})`).join(' or ');
  const asked = extension === '' ? 'a name without an ending does not say as what' : `not as ${extension}`;
  const why = whyNotAsRead(model);
  throw new IsoflopError('invalid-input', `${WRITTEN[model.format].name} is written as ${list}; ${asked}`, {
    ...(why === undefined ? {} : { hint: why }),
  });
}

/** The model as a document of this extension. Throws as `checkWritten` does. */
export function writtenAs(model: Model, extension: string): ModelDocument {
  checkWritten(model, extension);
  if (extension === WRITTEN[model.format].extension) return model.write();
  return { extension, bytes: new TextEncoder().encode(pytorchText(model)!) };
}
