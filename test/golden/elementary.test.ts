import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exp, log, pow } from '../../src/core/math/elementary.ts';

/** Arguments, the double nearest to the exact value, and what is left over in units of its last place. */
interface Golden {
  readonly exp: readonly (readonly [number, number, number])[];
  readonly log: readonly (readonly [number, number, number])[];
  readonly pow: readonly (readonly [number, number, number, number])[];
}

// tools/golden/elementary.py wrote it.
const GOLDEN = JSON.parse(readFileSync(join(import.meta.dirname, 'elementary.json'), 'utf8')) as Golden;

const ulp = (x: number): number => 2 ** (Math.floor(Math.log2(Math.abs(x))) - 52);
const errorInUlps = (ours: number, near: number, rest: number): number => Math.abs((ours - near) / ulp(near) - rest);

describe('elementary functions against 60 digits of mpmath', () => {
  it('exp and log err by less than one unit in the last place', () => {
    for (const [x, near, rest] of GOLDEN.exp) expect(errorInUlps(exp(x), near, rest), `exp ${x}`).toBeLessThan(1);
    for (const [x, near, rest] of GOLDEN.log) expect(errorInUlps(log(x), near, rest), `log ${x}`).toBeLessThan(1);
  });

  it('pow errs by no more than its exponent magnifies', () => {
    for (const [x, y, near, rest] of GOLDEN.pow) {
      const magnified = 2 * (1 + Math.abs(y * Math.log(x)));
      expect(errorInUlps(pow(x, y), near, rest), `${x} ^ ${y}`).toBeLessThan(magnified);
    }
  });
});
