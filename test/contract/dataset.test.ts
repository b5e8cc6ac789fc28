import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { prepareText } from '../../src/app/study/dataset.ts';
import type { TextDataOptions } from '../../src/app/study/dataset.ts';
import { Tokenizer } from '../../src/engine/data/tokenizer/tokenizer.ts';
import { openTokens } from '../../src/io/datasets/tokens.ts';
import { temporaryFolder } from '../support/study.ts';

/** Documents of a sentence each, repeated; every one with a name of its own in it. */
function corpus(count: number): string {
  const folder = temporaryFolder('corpus');
  for (let index = 0; index < count; index++) {
    writeFileSync(
      join(folder, `file ${index} "x"\n.txt`),
      `document ${index} tells of number ${index * 7919}. `.repeat(20),
    );
  }
  return folder;
}

const options = (folder: string, changes: Partial<TextDataOptions> = {}): TextDataOptions => ({
  paths: ['.'],
  base: folder,
  vocabulary: 300,
  validation: 0.1,
  seed: 0,
  cache: temporaryFolder('cache'),
  least: { train: 10, validation: 10 },
  ...changes,
});

function textOf(folder: string, part: 'train' | 'validation'): string {
  const { merges } = JSON.parse(readFileSync(join(folder, 'tokenizer.json'), 'utf8')) as { merges: [number, number][] };
  const file = openTokens(join(folder, `${part}.bin`));
  const tokens = new Uint16Array(file.length);
  file.read(0, tokens);
  file.close();
  return new Tokenizer(merges).decode(tokens);
}

const documentsIn = (text: string): Set<string> => new Set(text.split('\0').filter(Boolean));

describe('prepareText', () => {
  it('keeps every document in one part only, about the wanted share held out', () => {
    const { folder, manifest } = prepareText(options(corpus(200)));
    const [train, validation] = [documentsIn(textOf(folder, 'train')), documentsIn(textOf(folder, 'validation'))];
    expect(train.size + validation.size).toBe(200);
    expect([...validation].filter((document) => train.has(document))).toEqual([]);
    expect(validation.size).toBeGreaterThan(14);
    expect(validation.size).toBeLessThanOrEqual(20);
    expect(manifest).toMatchObject({ split: 'by-document', documents: 200, duplicates: 0 });
    expect(manifest.unigramLoss).toBeGreaterThan(2);
  });

  it('gives the same bytes again, another split by another seed, and uses its cache', () => {
    const text = corpus(60);
    const cache = temporaryFolder('cache');
    const [first, second] = [prepareText(options(text)), prepareText(options(text, { cache }))];
    expect(readFileSync(join(first.folder, 'train.bin'))).toEqual(readFileSync(join(second.folder, 'train.bin')));
    expect(prepareText(options(text, { cache })).folder).toBe(second.folder);
    const other = prepareText(options(text, { seed: 1 }));
    expect(textOf(other.folder, 'validation')).not.toBe(textOf(first.folder, 'validation'));
  });

  it('drops duplicates, passes over what is no text, and follows no link out of the folder', () => {
    const folder = corpus(40);
    mkdirSync(join(folder, 'inside'));
    writeFileSync(join(folder, 'inside', 'copy.txt'), readFileSync(join(folder, 'file 3 "x"\n.txt')));
    writeFileSync(join(folder, 'picture.png'), Uint8Array.of(137, 0, 1));
    writeFileSync(join(folder, 'latin1.txt'), Uint8Array.of(0xe9, 0x20, 0xe8));
    const outside = corpus(1);
    symlinkSync(outside, join(folder, 'link'));
    const { manifest, skipped } = prepareText(options(folder));
    expect(manifest).toMatchObject({ documents: 40, duplicates: 1 });
    expect(skipped).toEqual({ binary: 1, 'not UTF-8': 1 });
  });

  it('cuts a single file into parts that do not overlap', () => {
    const file = join(temporaryFolder('single'), 'one.txt');
    writeFileSync(file, Array.from({ length: 3000 }, (_, index) => `line ${index}`).join('\n'));
    const { folder, manifest } = prepareText(options('/', { paths: [file], vocabulary: 'bytes' }));
    expect(manifest).toMatchObject({ split: 'contiguous', vocabulary: 256, tokenizer: 'bytes' });
    const lines = (part: 'train' | 'validation'): string[] =>
      textOf(folder, part)
        .split(/[\n\0]/)
        .slice(1, -2);
    const train = new Set(lines('train'));
    const whole = lines('validation').filter((line) => /^line \d+$/.test(line));
    expect(whole.length).toBeGreaterThan(200);
    expect(whole.slice(1, -1).filter((line) => train.has(line))).toEqual([]);
  });
});
