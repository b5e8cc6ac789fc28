import { IsoflopError } from '../../terms/errors.ts';
import type { Law } from '../../terms/law.ts';
import { lawById } from '../catalogue/index.ts';

/** A law to be compared, fitted to all known rows or only to the dearest. */
export interface CandidateLaw {
  /** Such as `power-law@4`. */
  readonly name: string;
  readonly law: Law;
  /** Rows that cost at least the dearest known cost over this are fitted. Infinity: all. */
  readonly window: number;
}

/** Laws of one variable that differ in what they say beyond the data: local and global slopes, with and without a floor, saturating. */
export const DEFAULT_CANDIDATES = ['power-law', 'power-law@4', 'power-law-offset', 'power-law-offset@16', 'm3', 'm4'];

/** Reads `power-law@4`: the power law, fitted to the rows within 4 times of the dearest known cost. */
export function candidateLaw(text: string, lawOf: (id: string) => Law = lawById): CandidateLaw {
  const [id, window] = text.split('@');
  const law = lawOf(id);
  if (window === undefined) return { name: id, law, window: Infinity };
  const share = Number(window);
  if (share > 1) return { name: text, law, window: share };
  throw new IsoflopError('invalid-input', `'${text}' asks for the rows within '${window}' times of the largest cost`, {
    hint: 'Write a number above 1, such as power-law@4, or the law alone.',
  });
}
