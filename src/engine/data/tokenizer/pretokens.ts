/** Longest piece that merges may span: encoding a piece costs the square of its length, and files hold base64 lines. */
const LONGEST = 32;

/**
 * Pieces that merges never cross (after GPT-2's rule, Radford et al. 2019): runs of letters, digits or punctuation with
 * the space before them, and runs of white space. Every character belongs to one piece; the expression is linear.
 */
const PIECE = new RegExp(
  String.raw` ?\p{L}{1,${LONGEST}}| ?\p{N}{1,${LONGEST}}| ?[^\s\p{L}\p{N}]{1,${LONGEST}}|\s{1,${LONGEST}}`,
  'gu',
);

export function* pieces(text: string): Generator<string> {
  for (const match of text.matchAll(PIECE)) yield match[0];
}
