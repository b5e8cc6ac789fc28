import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fitLaw, lawById } from '../../src/core/laws/index.ts';
import type { Observations } from '../../src/core/laws/index.ts';
import { forecast, parameterIntervals } from '../../src/core/laws/uncertainty/delta.ts';
import type { Interval } from '../../src/core/terms/fit.ts';

interface Golden {
  readonly flops: number[];
  readonly loss: number[];
  readonly target: number;
  readonly objective: number;
  readonly forecast: number;
  readonly logHalfWidths: Readonly<Record<'curve' | 'newRun' | 'E' | 'A' | 'alpha', number>>;
}

// tools/golden/intervals.py wrote it.
const GOLDEN = JSON.parse(
  readFileSync(join(import.meta.dirname, 'intervals/power-law-offset.json'), 'utf8'),
) as Golden;
const halfWidth = ({ low, high }: Interval): number => Math.log(high / low) / 2;

describe('intervals against SciPy', () => {
  const data: Observations = {
    rows: GOLDEN.loss.length,
    columns: { flops: Float64Array.from(GOLDEN.flops), loss: Float64Array.from(GOLDEN.loss) },
    runs: GOLDEN.loss.map((_, index) => `${index}`),
    conventions: {},
    exclusions: [],
  };
  const fit = fitLaw(lawById('power-law-offset'), data, { objective: { kind: 'least-squares', residual: 'log' } });

  it('the optimum', () => {
    expect(fit.objective / GOLDEN.objective).toBeCloseTo(1, 9);
  });

  it('of the law and of a new run a decade beyond', () => {
    const { loss, curve, newRun } = forecast(fit, data, { flops: GOLDEN.target }, [0.95]);
    expect(loss / GOLDEN.forecast).toBeCloseTo(1, 7);
    expect(halfWidth(curve[0]) / GOLDEN.logHalfWidths.curve).toBeCloseTo(1, 4);
    expect(halfWidth(newRun[0]) / GOLDEN.logHalfWidths.newRun).toBeCloseTo(1, 4);
  });

  it.each(['E', 'A', 'alpha'] as const)('of %s', (name) => {
    expect(halfWidth(parameterIntervals(fit, data)[name]) / GOLDEN.logHalfWidths[name]).toBeCloseTo(1, 4);
  });
});
