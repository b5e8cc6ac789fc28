import { extname, join } from 'node:path';
import { loadSafetensors } from '../../../core/formats/safetensors/load.ts';
import type { Model } from '../../../core/model/index.ts';
import { IsoflopError } from '../../../core/terms/errors.ts';
import { exportOnnx, exportSafetensors } from '../../../engine/export.ts';
import { writeAtomically } from '../../../io/files/atomic.ts';
import { attemptFolder, attemptsOf } from '../../../io/launch/attempt.ts';
import { fileSource } from '../../../io/models/file-source.ts';
import { WEIGHTS_FILE } from '../../worker/run-trial.ts';
import { trialFolderOf } from '../context.ts';

/** Formats of a trained model by the ending of its file. */
const FORMATS = ['.onnx', '.safetensors'] as const;

/** Refuses a file that a trained model cannot be written to, before anything is trained. */
export function checkExport(path: string): void {
  if (FORMATS.some((ending) => ending === extname(path))) return;
  throw new IsoflopError('invalid-input', `a trained model is not written as '${extname(path) || path}'`, {
    path: '--out',
    hint: 'Name a file that ends in .onnx (the model with its weights, one sample at a time) or .safetensors (weights alone).',
  });
}

/** Writes what a run has learnt: as a prediction in ONNX, or its weights in safetensors. */
export function exportTrained(model: Model, output: string, run: string, path: string): void {
  const folder = trialFolderOf({ folder: output }, run);
  const weights = join(attemptFolder(folder, attemptsOf(folder).at(-1)!), WEIGHTS_FILE);
  const graph = model.lower({ batch: 1 });
  const loaded = loadSafetensors(graph, fileSource(weights));
  writeAtomically(path, extname(path) === '.onnx' ? exportOnnx(graph, loaded) : exportSafetensors(graph, loaded));
}
