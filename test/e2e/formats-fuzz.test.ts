import { describe, expect, test } from 'vitest';
import { fuzz } from '../support/fuzz/campaign.ts';
import { FUZZED_READERS } from '../support/fuzz/readers.ts';

/** Files a reader of bytes, and files that are read whole, up to their costs, at some hundred times the price; `npm run soak` takes 10,000 of each. */
const FILES = 1000;
const WHOLE_FILES = 250;
const MOST_MILLISECONDS = 20 * 60_000;

/** Each file: no crash, at most 2 s of processor time, a process that stays under 512 MiB, and a clear error or an answer. */
describe('mutated files by the reader', () => {
  test.each(FUZZED_READERS.map((reader) => [reader.name, reader] as const))(
    '%s',
    async (_, reader) => {
      const wanted = reader.name.endsWith(' model') ? WHOLE_FILES : FILES;
      const { files, answers, refusals, faults } = await fuzz(reader, wanted);
      expect(faults).toEqual([]);
      expect(files).toBe(wanted);
      expect(answers + refusals).toBe(wanted);
      // Mutations that leave no file readable, or every file, would test one half only.
      expect(Math.min(answers, refusals)).toBeGreaterThan(wanted / 50);
    },
    MOST_MILLISECONDS,
  );
});
