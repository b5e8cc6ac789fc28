import { z } from 'zod';
import { analyzeModel } from '../../../src/core/analysis/analyze.ts';
import type { FileDocument } from '../../../src/core/formats/document.ts';
import { readFileDocument } from '../../../src/core/formats/document.ts';
import { huggingFaceModel } from '../../../src/core/formats/huggingface/model.ts';
import { kerasModel } from '../../../src/core/formats/keras/index.ts';
import { onnxModel } from '../../../src/core/formats/onnx/model.ts';
import type { ByteSource } from '../../../src/core/formats/source.ts';
import { torchExportModel } from '../../../src/core/formats/torch-export/model.ts';
import { PRESETS, modelOfFamily } from '../../../src/core/model/families.ts';
import type { Model } from '../../../src/core/model/model.ts';
import { parseChecked } from '../../../src/io/files/yaml.ts';

/** What `isoflop analyze` does with a file's bytes: document, model, graph, costs. */
export function analyzed(source: ByteSource): unknown {
  const document = readFileDocument(source);
  const model = modelOf(document, source);
  return model ? countsHold(model) : document;
}

/** As `openModel`; undefined for files that hold no model. */
function modelOf(document: FileDocument, source: ByteSource): Model | undefined {
  switch (document.format) {
    case 'keras':
      return kerasModel(document, 'mutated');
    case 'onnx':
      return onnxModel(document.model, document.source, 'mutated');
    case 'torch-export':
      return torchExportModel(document, 'mutated');
    case 'huggingface':
      return huggingFaceModel(new TextDecoder().decode(source.read(0, source.size)), 'mutated');
    default:
      return undefined;
  }
}

const familySchema = z.looseObject({ family: z.string() });
const FAMILY_WORDS = { whole: 'the model', help: 'A model of ours has a family.' };

/** A family's document of ours, as `openModel` reads it. */
export function familyAnalyzed(source: ByteSource): unknown {
  const document = readFileDocument(source);
  if (document.format !== 'isoflop') return document;
  return countsHold(modelOfFamily(parseChecked(familySchema, document.text, 'mutated', FAMILY_WORDS).value, 'mutated'));
}

/** A preset of each family, the shortest document. */
export function familySeeds(): Uint8Array[] {
  const texts = new Map<string, string>();
  for (const { spec } of PRESETS) {
    const [text, before] = [JSON.stringify(spec), texts.get(spec.family)];
    if (before === undefined || text.length < before.length) texts.set(spec.family, text);
  }
  return [...texts.values()].map((text) => new TextEncoder().encode(text));
}

/** A right answer has counts that are numbers, none below 0. */
function countsHold(model: Model): unknown {
  const analysis = analyzeModel(model);
  checkNumbers(analysis, model.name);
  return analysis;
}

function checkNumbers(value: unknown, path: string): void {
  if (typeof value === 'number' && !(Number.isFinite(value) && value >= 0)) throw new Error(`${path} is ${value}`);
  if (typeof value === 'object' && value !== null)
    for (const [key, inner] of Object.entries(value)) checkNumbers(inner, `${path.slice(0, 200)}.${key}`);
}
