import { describe, expect, test } from 'vitest';
import { fuzz } from '../support/fuzz/campaign.ts';
import { FUZZED_READERS } from '../support/fuzz/readers.ts';

const FILES = 1000;
const MOST_MILLISECONDS = 20 * 60_000;

/** Each file: no crash, at most 2 s of processor time, a process that stays under 512 MiB, and a clear error or an answer. */
describe('a thousand mutated files a reader', () => {
  test.each(FUZZED_READERS.map((reader) => [reader.name, reader] as const))(
    '%s',
    async (_, reader) => {
      const { files, answers, refusals, faults } = await fuzz(reader, FILES);
      expect(faults).toEqual([]);
      expect(files).toBe(FILES);
      expect(answers + refusals).toBe(FILES);
      // Mutations that leave no file readable, or every file, would test one half only.
      expect(Math.min(answers, refusals)).toBeGreaterThan(FILES / 50);
    },
    MOST_MILLISECONDS,
  );
});
