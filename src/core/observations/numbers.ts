/** Ways of writing numbers that are read only when asked: 12M, 1,014.45, 11%. */
export type NumberKind = 'suffixes' | 'commas' | 'percent';

export const NUMBER_KINDS: readonly NumberKind[] = ['suffixes', 'commas', 'percent'];

/** What a cell holds: a number with the kinds it took to read it, or why it is none. */
export type Reading =
  | { readonly value: number; readonly kinds: readonly NumberKind[] }
  | {
      /** `empty`: no value was written. `not-finite`: NaN, an infinity, or too large for a number. `text`: anything else. */
      readonly fault: 'empty' | 'not-finite' | 'text';
      /** What it would be, and the kinds that it takes, where text is a number in another way of writing. */
      readonly written?: { readonly value: number; readonly kinds: readonly NumberKind[] };
    };

const PLAIN = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;
/** What spreadsheets, trackers and programs write where there is no value. */
const NO_VALUE = /^(-|null|none|na|n\/a|#n\/a)?$/i;
const NOT_FINITE = /^[-+]?(nan|inf|infinity)$/i;
const OTHER = /^([-+]?)(\d{1,3}(?:,\d{3})+|\d+)(\.\d*)?(?: ?([kKMBGT])|( ?%))?$/;
const POWER_OF: Readonly<Record<string, number>> = { k: 3, K: 3, M: 6, B: 9, G: 9, T: 12 };

/** Reads one cell; `allowed` are the ways of writing that were asked for beside plain digits. */
export function readNumber(text: string, allowed: readonly NumberKind[] = []): Reading {
  if (PLAIN.test(text)) {
    const value = Number(text);
    return Number.isFinite(value) ? { value, kinds: [] } : { fault: 'not-finite' };
  }
  if (NO_VALUE.test(text)) return { fault: 'empty' };
  if (NOT_FINITE.test(text)) return { fault: 'not-finite' };
  const written = readOther(text);
  if (!written) return { fault: 'text' };
  return written.kinds.every((kind) => allowed.includes(kind)) ? written : { fault: 'text', written };
}

function readOther(text: string): { value: number; kinds: NumberKind[] } | undefined {
  const match = OTHER.exec(text);
  if (!match) return undefined;
  const [, sign, digits, fraction = '', suffix, percent] = match;
  const kinds: NumberKind[] = [];
  if (suffix) kinds.push('suffixes');
  if (digits.includes(',')) kinds.push('commas');
  if (percent) kinds.push('percent');
  const exponent = suffix ? POWER_OF[suffix] : percent ? -2 : 0;
  // One conversion from decimal digits: 802.8K is 802800, where 802.8 x 1000 is off in the last digit.
  const value = Number(`${sign}${digits.replaceAll(',', '')}${fraction}e${exponent}`);
  return Number.isFinite(value) ? { value, kinds } : undefined;
}
