import { describe, expect, it } from 'vitest';
import { simulate } from '../../tools/simulate-coverage.ts';
import { LOG_HUBER, LOG_SQUARES, NAMES } from '../../tools/coverage/outcomes.ts';
import type { Design } from '../../tools/coverage/studies.ts';

/** A few studies of what docs/laws/coverage.md does with 2,000: bounds are three standard errors wide. */
const STUDIES = 40;

const DESIGNS: readonly Design[] = [
  { grid: [3, 3], noise: 't3', truths: 'box' },
  { grid: [5, 5], noise: 'known errors', truths: 'box' },
  { grid: [3, 3], noise: 'one seed', truths: 'corner' },
];

describe('coverage of 95 % intervals', () => {
  it.each(DESIGNS)('$grid runs, $noise, truths from the $truths', (design) => {
    const { newRun, curve, ratio, parameters } = simulate(design, LOG_SQUARES, 'profile', STUDIES);
    for (const share of [newRun, curve, ...parameters]) expect(share).toBeGreaterThan(0.84);
    expect(parameters).toHaveLength(NAMES.length);
    expect(ratio).toBeLessThan(1.4);
  });

  it('of the robust default objective', () => {
    const { newRun, parameters } = simulate(
      { grid: [5, 5], noise: 't3', truths: 'box' },
      LOG_HUBER,
      'profile',
      STUDIES,
    );
    for (const share of [newRun, ...parameters]) expect(share).toBeGreaterThan(0.84);
  });
});
