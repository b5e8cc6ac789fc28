import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/core/math/random.ts';
import { acknowledged, driveAndKill } from '../support/kill.ts';
import type { Victim } from '../support/kill.ts';
import { isoflop, lossesOf, readReport, ROOT, writeStudy } from '../support/study.ts';

/** Studies, each killed at this many moments. ISOFLOP_SOAK_STUDIES changes their number. */
const STUDIES = Number(process.env.ISOFLOP_SOAK_STUDIES ?? 10);
const MOMENTS = 10;
const LADDER = { path: { sizes: [12, 16, 20, 24], tokensPerParameter: 60 } };

describe('soak: kills', () => {
  it(`${STUDIES} studies, ${MOMENTS} kills each, lose nothing and end with the same digits`, async () => {
    const calm = writeStudy({ ladder: LADDER });
    expect(isoflop('study', 'run', calm.file).code).toBe(0);
    const expected = lossesOf(readReport(calm.output));
    const victims: Victim[] = ['driver', 'worker', 'both'];
    let measurements = 0;
    for (let index = 0; index < STUDIES; index++) {
      const study = writeStudy({ ladder: LADDER });
      const random = new Random(index);
      const known = new Map<string, string>();
      for (let moment = 0; moment < MOMENTS; moment++) {
        for (const [key, value] of await driveAndKill(study, victims[random.integer(3)], random, 2500))
          known.set(key, value);
      }
      expect(isoflop('study', 'resume', study.file).code).toBe(0);
      const after = acknowledged(study);
      for (const [key, value] of known) expect(after.get(key), key).toBe(value);
      expect(lossesOf(readReport(study.output))).toEqual(expected);
      measurements += known.size;
    }
    const result = {
      date: new Date().toISOString().slice(0, 10),
      studies: STUDIES,
      kills: STUDIES * MOMENTS,
      measurementsAcknowledged: measurements,
      lost: 0,
    };
    mkdirSync(join(ROOT, 'bench/results'), { recursive: true });
    writeFileSync(join(ROOT, 'bench/results/soak-kills.json'), `${JSON.stringify(result, null, 2)}\n`);
  });
});
