import { describe, expect, test } from 'vitest';
import { fuzz } from './campaign.ts';
import type { FuzzedReader } from './readers.ts';

const MOST_MILLISECONDS = 20 * 60_000;

/** Each file: no crash, at most 2 s of processor time, a process that stays under 512 MiB, and a clear error or an answer. */
export function fuzzEach(readers: readonly FuzzedReader[], wanted: number): void {
  describe(`${wanted} mutated files a reader`, () => {
    test.each(readers.map((reader) => [reader.name, reader] as const))(
      '%s',
      async (_, reader) => {
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
}
