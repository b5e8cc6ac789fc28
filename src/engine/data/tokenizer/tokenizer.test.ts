import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Tokenizer } from './tokenizer.ts';
import { trainMerges } from './train.ts';

const SAMPLE = ['low low low low low lower lower newest newest newest newest newest newest widest widest widest'];

describe('byte-pair vocabulary', () => {
  it('merges the most frequent pairs first', () => {
    const merges = trainMerges(SAMPLE, 256 + 3);
    const tokenizer = new Tokenizer(merges);
    expect(merges.map((_, index) => tokenizer.decode([256 + index]))).toEqual(['es', 'est', 'lo']);
  });

  it('does not depend on the order of the texts', () => {
    const texts = ['alpha beta gamma', 'beta beta delta', 'gamma alpha'];
    expect(trainMerges(texts.toReversed(), 280)).toEqual(trainMerges(texts, 280));
  });

  it('brings every text back', () => {
    const tokenizer = new Tokenizer(trainMerges(SAMPLE, 270));
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 200 }),
        (text) => tokenizer.decode(tokenizer.encode(text)) === text,
      ),
    );
    const long = 'a'.repeat(10_000) + '=\t\n'.repeat(100);
    expect(tokenizer.decode(tokenizer.encode(long))).toBe(long);
  });

  it('without merges gives the bytes', () => {
    expect([...new Tokenizer([]).encode('aé')]).toEqual([97, 0xc3, 0xa9]);
  });

  it('stops where no pair occurs twice', () => {
    expect(trainMerges(['ab'], 1000)).toEqual([]);
  });
});
