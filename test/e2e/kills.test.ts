import { globSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/core/math/random.ts';
import { acknowledged, driveAndKill } from '../support/kill.ts';
import type { Victim } from '../support/kill.ts';
import { isoflop, lossesOf, readReport, writeStudy } from '../support/study.ts';
import type { StudyFixture } from '../support/study.ts';

const MOMENTS = 10;
/** Longer runs than the tiny study's, so that ten kills find something to kill. */
const LADDER = { path: { sizes: [12, 16, 20, 24], tokensPerParameter: 200 } };

const PART_OF_A_STUDY = 0.15;

const attemptsOf = ({ output }: StudyFixture): number => globSync(join(output, 'trials/*/attempt-*')).length;

describe('a study that is killed', () => {
  it(`at ${MOMENTS} random moments loses nothing and ends with the same digits`, async () => {
    const calm = writeStudy({ ladder: LADDER });
    const start = Date.now();
    expect(isoflop('study', 'run', calm.file).code).toBe(0);
    // Kills come before a study that starts anew would end, however busy the machine is.
    const most = PART_OF_A_STUDY * (Date.now() - start);

    const study = writeStudy({ ladder: LADDER });
    const random = new Random(20_261_124);
    const victims: Victim[] = ['driver', 'worker', 'both'];
    const known = new Map<string, string>();
    for (let moment = 0; moment < MOMENTS; moment++) {
      for (const [key, value] of await driveAndKill(study, victims[moment % 3], random, most)) known.set(key, value);
    }
    const { code, stderr } = isoflop('study', 'resume', study.file);
    expect(code, stderr).toBe(0);
    const after = acknowledged(study);
    expect(known.size).toBeGreaterThan(20);
    expect(attemptsOf(study)).toBeGreaterThan(attemptsOf(calm) + 2);
    for (const [key, value] of known) expect(after.get(key), key).toBe(value);
    expect(lossesOf(readReport(study.output))).toEqual(lossesOf(readReport(calm.output)));
  });
});
