import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fitShiftLine } from '../../src/core/laws/downstream/shift-line.ts';
import type { Interval } from '../../src/core/terms/fit.ts';

interface Golden {
  readonly id: number[];
  readonly ood: number[];
  readonly squares: Readonly<Record<'offset' | 'slope' | 'offsetHalf' | 'slopeHalf' | 'r2' | 'scatter', number>>;
  readonly huber: { readonly offset: number; readonly slope: number };
}

// tools/golden/shift.py wrote it.
const GOLDEN = JSON.parse(readFileSync(join(import.meta.dirname, 'shift/line.json'), 'utf8')) as Golden;
const points = GOLDEN.id.map((id, index) => ({ run: `model ${index}`, id, ood: GOLDEN.ood[index] }));
const half = ({ low, high }: Interval): number => (high - low) / 2;

describe('the line under shift against SciPy', () => {
  it('least squares with its intervals', () => {
    const { slope, offset, r2, scatter } = fitShiftLine(points, false);
    const { squares } = GOLDEN;
    expect(slope.value).toBeCloseTo(squares.slope, 9);
    expect(offset.value).toBeCloseTo(squares.offset, 9);
    expect(half(slope.interval)).toBeCloseTo(squares.slopeHalf, 9);
    expect(half(offset.interval)).toBeCloseTo(squares.offsetHalf, 9);
    expect(r2).toBeCloseTo(squares.r2, 9);
    expect(scatter).toBeCloseTo(squares.scatter, 9);
  });

  it("Huber's loss", () => {
    const { slope, offset } = fitShiftLine(points);
    expect(slope.value).toBeCloseTo(GOLDEN.huber.slope, 6);
    expect(offset.value).toBeCloseTo(GOLDEN.huber.offset, 6);
  });
});
