import { analyzeModel } from '../../../src/core/analysis/analyze.ts';
import { readFileDocument } from '../../../src/core/formats/document.ts';
import { modelOfDocument } from '../../../src/core/formats/model-of-document.ts';
import type { ByteSource } from '../../../src/core/formats/source.ts';
import { PRESETS } from '../../../src/core/model/families.ts';
import type { Model } from '../../../src/core/model/model.ts';

/** What `isoflop analyze` does with a file's bytes: document, model, graph, costs; a program of torch.export is also written as code. */
export function analyzed(source: ByteSource): unknown {
  const document = readFileDocument(source);
  return document.format === 'safetensors' ? document : countsHold(modelOfDocument(document, 'mutated'));
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
  if (model.format === 'torch-export') model.write();
  return analysis;
}

function checkNumbers(value: unknown, path: string): void {
  if (typeof value === 'number' && !(Number.isFinite(value) && value >= 0)) throw new Error(`${path} is ${value}`);
  if (typeof value === 'object' && value !== null)
    for (const [key, inner] of Object.entries(value)) checkNumbers(inner, `${path.slice(0, 200)}.${key}`);
}
