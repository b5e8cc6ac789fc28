import { pieces } from './pretokens.ts';
import { mergePair } from './train.ts';
import type { Merges } from './train.ts';

/** Stands between documents: the NUL byte, which no text file holds. */
export const END_OF_DOCUMENT = 0;
/** Distinct pieces whose tokens are remembered; natural text has far fewer frequent ones. */
const CACHE_SIZE = 200_000;

/** Text to tokens and back. With no merges every byte is a token. */
export class Tokenizer {
  readonly merges: Merges;
  private readonly ranks: ReadonlyMap<number, number>;
  private readonly cache = new Map<string, readonly number[]>();
  private readonly encoder = new TextEncoder();

  constructor(merges: Merges) {
    this.merges = merges;
    this.ranks = new Map(merges.map(([left, right], rank) => [left * 65_536 + right, rank]));
  }

  /** Number of different tokens. */
  get vocabulary(): number {
    return 256 + this.merges.length;
  }

  encode(text: string): Uint16Array {
    const tokens: number[] = [];
    for (const piece of pieces(text)) for (const token of this.encodePiece(piece)) tokens.push(token);
    return Uint16Array.from(tokens);
  }

  decode(tokens: Iterable<number>): string {
    const bytes: number[] = [];
    const expand = (token: number): void => {
      if (token < 256) bytes.push(token);
      else for (const part of this.merges[token - 256]) expand(part);
    };
    for (const token of tokens) expand(token);
    return new TextDecoder().decode(Uint8Array.from(bytes));
  }

  private encodePiece(piece: string): readonly number[] {
    const known = this.cache.get(piece);
    if (known) return known;
    let tokens: readonly number[] = [...this.encoder.encode(piece)];
    for (let rank = this.bestRank(tokens); rank !== undefined; rank = this.bestRank(tokens)) {
      tokens = mergePair(tokens, ...this.merges[rank], 256 + rank);
    }
    if (this.cache.size < CACHE_SIZE) this.cache.set(piece, tokens);
    return tokens;
  }

  private bestRank(tokens: readonly number[]): number | undefined {
    let best: number | undefined;
    for (let index = 0; index + 1 < tokens.length; index++) {
      const rank = this.ranks.get(tokens[index] * 65_536 + tokens[index + 1]);
      if (rank !== undefined && (best === undefined || rank < best)) best = rank;
    }
    return best;
  }
}
