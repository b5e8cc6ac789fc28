import { describe, expect, it } from 'vitest';
import { holds } from '../../tools/conformance/check.ts';
import { PARTS } from '../../tools/conformance.ts';

/** Takes minutes: `npm run verify` runs it whole, test/property/recovery.test.ts a few draws of it. */
const LONG = new Set(['recovery']);

describe.each(Object.entries(PARTS).filter(([name]) => !LONG.has(name)))('conformance: %s', (_, sections) => {
  for (const { title, checks, skipped } of sections()) {
    if (skipped !== undefined) {
      it.skip(`${title} (${skipped})`, () => {});
      continue;
    }
    it.each(checks.map((check) => [check.what, check] as const))(`${title}: %s`, (__, check) => {
      expect(holds(check), `published ${check.published}, ours ${check.ours}, ${check.by} ${check.tolerance}`).toBe(
        true,
      );
    });
  }
});
