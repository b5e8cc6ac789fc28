import { describe, expect, it } from 'vitest';
import { Random } from '../../math/random.ts';
import { testDrift } from '../diagnose/drift.ts';
import { predictRun } from './predict-run.ts';
import type { TargetRun } from './predict-run.ts';

/** A ladder of seven sizes over a factor of 16, two seeds each. */
const BUDGETS = Array.from({ length: 7 }, (_, index) => 4e10 * 16 ** (index / 6));
const HERO: TargetRun = { params: 1, tokens: 1, flops: 4 * BUDGETS[6], repeats: 0.5 };

type Curve = (flops: number) => number;
const offset =
  (share: number, alpha: number): Curve =>
  (flops) =>
    3 * (share + (1 - share) * (flops / 4e10) ** -alpha);

function ladder(curve: Curve, noise: number, random: Random): { flops: number; loss: number }[] {
  return BUDGETS.flatMap((flops) =>
    [0, 1].map(() => ({ flops, loss: curve(flops) * Math.exp(noise * random.normal()) })),
  );
}

/** Truths from the box in which small language models lie: floor up to 40 % of the first loss, slopes .06 to .16, noise .2 to .7 %. */
function drawTruth(random: Random): { curve: Curve; noise: number } {
  return { curve: offset(0.4 * random.next(), 0.06 + 0.1 * random.next()), noise: 0.002 + 0.005 * random.next() };
}

describe('predictRun', () => {
  it('holds its 95 % interval for a new run at least as often as it says, with a useful width', () => {
    const random = new Random(11);
    const trials = 80;
    let inside = 0;
    let width = 0;
    for (let trial = 0; trial < trials; trial++) {
      const { curve, noise } = drawTruth(random);
      const { intervals, loss } = predictRun(ladder(curve, noise, random), HERO);
      const actual = curve(HERO.flops) * Math.exp(noise * random.normal());
      if (actual > intervals[1].low && actual < intervals[1].high) inside += 1;
      width += (intervals[1].high - intervals[1].low) / 2 / loss / trials;
    }
    expect(inside / trials).toBeGreaterThanOrEqual(0.93);
    expect(width).toBeLessThan(0.05);
  }, 120_000);

  it('misses a power law without noise by nothing that matters', () => {
    const { loss } = predictRun(ladder(offset(0, 0.11), 0, new Random(1)), HERO);
    expect(Math.abs(loss / offset(0, 0.11)(HERO.flops) - 1)).toBeLessThan(0.01);
  });

  it('widens and says so where the data repeat', () => {
    const points = ladder(offset(0.1, 0.1), 0.003, new Random(2));
    const [once, twice, often] = [1, 2, 7].map((repeats) => predictRun(points, { ...HERO, repeats }));
    const width = ({ intervals }: typeof once): number => intervals[1].high - intervals[1].low;
    expect(once.warnings).toEqual([]);
    expect(width(twice)).toBeGreaterThan(1.2 * width(once));
    expect(width(often)).toBeGreaterThan(2.5 * width(once));
    expect(often.warnings[0]).toMatch(/repeats its data 7.0 times/);
  });

  it('refuses fewer than four sizes', () => {
    expect(() => predictRun(ladder(offset(0.1, 0.1), 0, new Random(1)).slice(0, 6), HERO)).toThrow('needs 4 sizes');
  });
});

describe('testDrift', () => {
  const share = (curve: Curve, noise: number): number => {
    const random = new Random(4);
    const trials = 400;
    return (
      Array.from({ length: trials }, () => testDrift(ladder(curve, noise, random)).drifts).filter(Boolean).length /
      trials
    );
  };

  it('raises few false alarms on power laws and on laws with an offset', () => {
    expect(share(offset(0, 0.1), 0.005)).toBeLessThan(0.05);
    expect(share(offset(0.3, 0.1), 0.005)).toBeLessThan(0.02);
  });

  it('sees a ladder that is not yet in its scaling regime', () => {
    const steepening: Curve = (flops) =>
      3 * Math.exp(-0.02 * Math.log(flops / 4e10) ** 2 - 0.05 * Math.log(flops / 4e10));
    expect(share(steepening, 0.005)).toBeGreaterThan(0.95);
  });
});
