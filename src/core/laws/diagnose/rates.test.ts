import { describe, expect, it } from 'vitest';
import { CASES } from '../../../../tools/diagnosis/cases.ts';
import { falseAlarms, powerOf } from '../../../../tools/simulate-diagnosis.ts';

/** Most alarms that 200 sets raise with a chance of 99.9 % where 5 % are allowed: quantile of the binomial distribution. */
const MOST_OF_200 = 20;
/** Fewest of 20 tables with an alarm, with a chance of 99.9 %, at a power of 95 %. */
const FEWEST_OF_20 = 15;
/** Simulations share the machine with other tests. */
const PATIENCE = 120_000;

// The whole measurement: node tools/simulate-diagnosis.ts; its results are in docs/laws/diagnosis.md.
describe('measured rates, in small', () => {
  it(
    'all detectors together raise at most 5 % false alarms in clean data',
    () => {
      const kinds = falseAlarms(50);
      expect(kinds.reduce((sum, { any, sets }) => sum + any * sets, 0)).toBeLessThanOrEqual(MOST_OF_200);
      // A floor that is there is mostly seen, and one that is not is mostly not.
      for (const { kind, verdicts } of kinds) {
        const seen = verdicts['power-law-with-floor'] ?? 0;
        if (kind.endsWith('no floor')) expect(seen, kind).toBeLessThan(0.2);
        else expect(seen, kind).toBeGreaterThan(0.6);
      }
    },
    PATIENCE,
  );

  it.each(CASES.map((one) => [one.name, one] as const))(
    'power at the stated effect: %s',
    (_, one) => {
      expect(20 * powerOf(one, one.at, one.stated, 20).alarm).toBeGreaterThanOrEqual(FEWEST_OF_20 - 1e-9);
    },
    PATIENCE,
  );

  it(
    'below the resolvable effect the answer is mostly "cannot tell"',
    () => {
      const floor = CASES.find(({ name }) => name === 'floor')!;
      const hard = { levels: 5, range: 16, noise: 0.02 };
      const { alarm, cannotTell } = powerOf(floor, hard, 0.5, 40);
      expect(alarm).toBeLessThan(0.35);
      expect(alarm + cannotTell).toBeGreaterThan(0.95);
    },
    PATIENCE,
  );
});
