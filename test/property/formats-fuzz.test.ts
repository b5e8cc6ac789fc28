import { describe, expect, test } from 'vitest';
import { runCase } from '../support/fuzz/case.ts';
import { FUZZED_READERS } from '../support/fuzz/readers.ts';

const FILES = 25;

/** A few files a reader, here and now; `npm run verify` reads 1,000 in processes that may crash. */
describe('mutated files are read or refused with a clear error', () => {
  test.each(FUZZED_READERS.map((reader) => [reader.name, reader] as const))('%s', async (_, reader) => {
    const faults: string[] = [];
    for (let seed = 1; seed <= FILES; seed++) {
      const { outcome, words } = await runCase(reader, seed);
      if (outcome === 'fault') faults.push(`seed ${seed}: ${words}`);
    }
    expect(faults).toEqual([]);
  });
});
