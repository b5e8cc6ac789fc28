import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { fuzz } from '../support/fuzz/campaign.ts';
import { FUZZED_READERS } from '../support/fuzz/readers.ts';
import { ROOT } from '../support/study.ts';

/** Mutated files a reader. ISOFLOP_SOAK_FILES changes their number. */
const FILES = Number(process.env.ISOFLOP_SOAK_FILES ?? 10_000);
const MOST_MILLISECONDS = 180 * 60_000;
const RESULTS = join(ROOT, 'bench/results');

/** Each file: no crash, at most 2 s of processor time, a process that stays under 512 MiB, and a clear error or an answer. */
describe('soak: mutated files', () => {
  const campaigns: Record<string, Record<string, number>> = {};

  test.each(FUZZED_READERS.map((reader) => [reader.name, reader] as const))(
    '%s',
    async (name, reader) => {
      const { files, answers, refusals, faults, slowestMilliseconds, mostKilobytes } = await fuzz(reader, FILES);
      campaigns[name] = {
        files,
        answers,
        refusals,
        faults: faults.length,
        slowestMilliseconds: Math.round(slowestMilliseconds),
        mostMebibytes: Math.round(mostKilobytes / 1024),
      };
      expect(faults).toEqual([]);
      expect(files).toBe(FILES);
      expect(answers + refusals).toBe(FILES);
      // Mutations that leave no file readable, or every file, would test one half only.
      expect(Math.min(answers, refusals)).toBeGreaterThan(FILES / 50);
    },
    MOST_MILLISECONDS,
  );

  afterAll(() => {
    const result = { date: new Date().toISOString().slice(0, 10), campaigns };
    mkdirSync(RESULTS, { recursive: true });
    writeFileSync(join(RESULTS, 'soak-fuzz.json'), `${JSON.stringify(result, null, 2)}\n`);
  });
});
