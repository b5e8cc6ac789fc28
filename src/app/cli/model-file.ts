import { extname } from 'node:path';
import { within } from '../../core/formats/refusal.ts';
import { checkWritten, whyNotAsRead, writtenAs } from '../../core/formats/written-as.ts';
import type { Model } from '../../core/model/model.ts';
import { writeAtomically } from '../../io/files/atomic.ts';
import { wrap } from './wrap.ts';

const endingOf = (path: string): string => extname(path).toLowerCase();

/** Refuses a name whose ending says what the model cannot be written as: before any work is done. */
export const checkOut = (model: Model, out: string): void => within('--out', () => checkWritten(model, endingOf(out)));

/** Writes a model as what the file's ending says. */
export function writeModel(model: Model, out: string): string {
  writeAtomically(out, within('--out', () => writtenAs(model, endingOf(out))).bytes);
  return out;
}

/** What was written where, or how a model that does not come back as it was read can be had. */
export function writtenLines(model: Model, out: string | undefined): string[] {
  const why = model.format === 'torch-export' ? whyNotAsRead(model)! : undefined;
  if (out === undefined) return why === undefined ? [] : ['', ...wrap(`--out model.py writes PyTorch code. ${why}`)];
  const what = endingOf(out) === '.py' ? ' as PyTorch code' : '';
  const written = `Written to ${out}${what}, with fresh weights where it has weights.`;
  return ['', ...wrap(why === undefined ? written : `${written} ${why}`)];
}
