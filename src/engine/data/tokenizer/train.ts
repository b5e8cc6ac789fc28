import { pieces } from './pretokens.ts';

/** Pairs of tokens in the order in which they are merged; pair i becomes token 256 + i. */
export type Merges = readonly (readonly [number, number])[];

interface Word {
  tokens: number[];
  readonly count: number;
}

const PAIR_BASE = 65_536;
const keyOf = (left: number, right: number): number => left * PAIR_BASE + right;

/** How often each pair stands side by side, weighted by the words' counts, and in which words. */
class PairTable {
  readonly counts = new Map<number, number>();
  readonly words = new Map<number, Set<Word>>();

  add(word: Word, sign: 1 | -1): void {
    for (let index = 0; index + 1 < word.tokens.length; index++) {
      const key = keyOf(word.tokens[index], word.tokens[index + 1]);
      const count = (this.counts.get(key) ?? 0) + sign * word.count;
      if (count === 0) this.counts.delete(key);
      else this.counts.set(key, count);
      const words = this.words.get(key) ?? new Set();
      if (sign === 1) words.add(word);
      this.words.set(key, words);
    }
  }

  /** The most frequent pair; ties go to the smallest tokens, so that the order of the text does not matter. */
  best(): number | undefined {
    let [bestKey, bestCount] = [-1, 1];
    for (const [key, count] of this.counts) {
      if (count > bestCount || (count === bestCount && bestKey !== -1 && key < bestKey))
        [bestKey, bestCount] = [key, count];
    }
    return bestKey === -1 ? undefined : bestKey;
  }
}

/** Replaces every (left, right) by `merged`, from the left. */
export function mergePair(tokens: readonly number[], left: number, right: number, merged: number): number[] {
  const result: number[] = [];
  for (let index = 0; index < tokens.length; index++) {
    const isPair = tokens[index] === left && tokens[index + 1] === right;
    result.push(isPair ? merged : tokens[index]);
    if (isPair) index += 1;
  }
  return result;
}

/**
 * Trains a byte-pair vocabulary (Sennrich et al. 2016) of at most `vocabulary` tokens on a sample of texts: 256 bytes,
 * then merges. Ends early where no pair occurs twice. The same texts in any order give the same merges.
 */
export function trainMerges(texts: Iterable<string>, vocabulary: number): Merges {
  const counts = new Map<string, number>();
  for (const text of texts) for (const piece of pieces(text)) counts.set(piece, (counts.get(piece) ?? 0) + 1);
  const encoder = new TextEncoder();
  const table = new PairTable();
  for (const [piece, count] of counts) table.add({ tokens: [...encoder.encode(piece)], count }, 1);
  const merges: [number, number][] = [];
  while (merges.length < vocabulary - 256) {
    const best = table.best();
    if (best === undefined) break;
    const [left, right] = [Math.floor(best / PAIR_BASE), best % PAIR_BASE];
    const merged = 256 + merges.length;
    for (const word of table.words.get(best) ?? []) {
      table.add(word, -1);
      word.tokens = mergePair(word.tokens, left, right, merged);
      table.add(word, 1);
    }
    table.words.delete(best);
    merges.push([left, right]);
  }
  return merges;
}
