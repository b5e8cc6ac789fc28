import { describe, expect, it } from 'vitest';
import { normalQuantile } from '../../math/normal.ts';
import { Random } from '../../math/random.ts';
import { calibrateCurves, errorProbability, errorQuantile } from './calibrate.ts';
import { forecastCurve, forecastPit } from './forecast-curve.ts';

const XS = Array.from({ length: 24 }, (_, index) => 1000 * 1.3 ** index);
const END = XS.at(-1)!;
const curve = (loss: (x: number) => number, noise = 0, random = new Random(1)) =>
  XS.map((x) => ({ x, loss: loss(x) * Math.exp(noise * random.normal()) }));

describe('forecastCurve', () => {
  it('follows a power law at twice and at eight times the last point', () => {
    const law = (x: number): number => 5 * x ** -0.15;
    for (const reach of [2, 8]) {
      const { targets, laws } = forecastCurve(curve(law), [reach * END]);
      expect(Math.abs(Math.log(targets[0].loss / law(reach * END)))).toBeLessThan(0.01);
      expect(laws.find(({ id }) => id === 'last-value')!.weight).toBeLessThan(0.05);
    }
  });

  it('follows a power law with an offset better than the last value does', () => {
    const law = (x: number): number => 2 + 30 * x ** -0.4;
    const { targets, last } = forecastCurve(curve(law), [4 * END]);
    const [error, still] = [targets[0].loss, last.loss].map((loss) => Math.abs(Math.log(loss / law(4 * END))));
    expect(error).toBeLessThan(0.5 * still);
  });

  it('trusts the last value where the curve only scatters', () => {
    const flat = forecastCurve(
      curve(() => 0.4, 0.01, new Random(7)),
      [2 * END],
    );
    expect(Math.abs(Math.log(flat.targets[0].loss / 0.4))).toBeLessThan(0.04);
    expect(flat.targets[0].interval.low).toBeLessThan(0.4);
    expect(flat.targets[0].interval.high).toBeGreaterThan(0.4);
  });

  // Neither the unit of x nor that of the loss says anything about a law.
  it('does not depend on units', () => {
    const points = curve((x) => 1 + 20 * x ** -0.3, 0.01);
    const [plain] = forecastCurve(points, [3 * END]).targets;
    const [scaled] = forecastCurve(
      points.map(({ x, loss }) => ({ x: 1e-6 * x, loss: 7 * loss })),
      [3e-6 * END],
    ).targets;
    expect(scaled.loss / plain.loss).toBeCloseTo(7, 9);
    expect(scaled.interval.low / plain.interval.low).toBeCloseTo(7, 9);
    expect(scaled.interval.high / plain.interval.high).toBeCloseTo(7, 9);
  });

  it('widens with reach, noise and level', () => {
    const law = (x: number): number => 1 + 20 * x ** -0.3;
    const width = (noise: number, reach: number, level?: number): number => {
      const { targets } = forecastCurve(curve(law, noise), [reach * END], level === undefined ? {} : { level });
      return Math.log(targets[0].interval.high / targets[0].interval.low);
    };
    expect(width(0.002, 4)).toBeGreaterThan(width(0.002, 1.5));
    expect(width(0.02, 2)).toBeGreaterThan(2 * width(0.002, 2));
    expect(width(0.002, 2, 0.5)).toBeLessThan(0.6 * width(0.002, 2));
    expect(width(0.002, 2, 0.95)).toBeGreaterThan(width(0.002, 2));
  });

  it('says where an outcome fell: the ends of the interval are its tails', () => {
    const [target] = forecastCurve(
      curve((x) => x ** -0.1, 0.01),
      [2 * END],
    ).targets;
    expect(forecastPit(target, target.interval.low)).toBeCloseTo(0.05, 9);
    expect(forecastPit(target, target.interval.high)).toBeCloseTo(0.95, 9);
    expect(forecastPit(target, 0.5 * target.loss)).toBeLessThan(0.01);
    expect(forecastPit(target, 2 * target.loss)).toBeGreaterThan(0.99);
  });
});

describe('any curve', () => {
  /** Few or many points, even or ragged x over any range, flat, falling, rising or erratic losses of any size. */
  function drawCurve(random: Random) {
    const count = 1 + random.integer(40);
    const [start, step, size] = [10 ** (20 * random.next() - 8), random.next(), 10 ** (8 * random.next() - 6)];
    const [slope, noise] = [random.next() - 0.7, random.next() < 0.3 ? 0 : 10 ** (3 * random.next() - 4)];
    let x = start;
    return Array.from({ length: count }, () => {
      x *= 1 + step * random.next();
      return { x, loss: size * (x / start) ** slope * Math.exp(noise * random.normal()) };
    });
  }

  it('gets a finite interval around a finite forecast, or a reason', () => {
    const random = new Random(12);
    let made = 0;
    for (let trial = 0; trial < 300; trial++) {
      const points = drawCurve(random);
      const end = Math.max(...points.map(({ x }) => x));
      const { targets, abstention } = forecastCurve(
        points,
        [1.01, 1.5, 4].map((reach) => reach * end),
      );
      expect(abstention === null).toBe(targets.length === 3);
      for (const { loss, interval } of targets) {
        expect(interval.low).toBeGreaterThan(0);
        expect(loss).toBeGreaterThan(interval.low);
        expect(loss).toBeLessThan(interval.high);
        expect(interval.high / interval.low).toBeLessThanOrEqual(3);
      }
      made += targets.length / 3;
    }
    expect(made).toBeGreaterThan(100);
  });
});

describe('where it abstains', () => {
  const reason = (points: readonly { x: number; loss: number }[], reach = 2): string | null =>
    forecastCurve(points, [reach * points.at(-1)!.x]).abstention;

  it('has too few points, or too far a target', () => {
    const points = curve((x) => x ** -0.2);
    expect(reason(points.slice(0, 3))).toBe('The curve has 3 points; a law needs 4.');
    expect(reason(points.slice(0, 4))).toBeNull();
    expect(reason(points, 11)).toContain('11.0 times beyond the last point');
  });

  it('sees double descent, a U and a rising curve, but not a plain curve with noise', () => {
    const descent = (x: number): number => x ** -0.2 * (1 + 0.8 * Math.exp(-8 * Math.log(x / 2e4) ** 2));
    expect(reason(curve(descent, 0.005))).toContain('descends twice');
    expect(reason(curve((x) => 1 + 0.05 * Math.log(x / 3e4) ** 2, 0.005))).toContain('rises by');
    expect(reason(curve((x) => x ** 0.1))).toContain('rises by');
    const random = new Random(2);
    const refused = Array.from({ length: 200 }, () => reason(curve((x) => 1 + 9 * x ** -0.3, 0.03, random)));
    expect(refused.filter((one) => one !== null).length).toBeLessThan(4);
  });

  it('withholds an interval that spans a factor of more than three', () => {
    const wild = forecastCurve(
      curve((x) => x ** -0.2, 0.4, new Random(4)),
      [2 * END],
    );
    expect(wild.abstention).toMatch(/would span a factor of|rises by/);
    expect(wild.targets).toEqual([]);
  });

  it.each([[[END]], [[0.5 * END, 2 * END]], [[]], [[Infinity]]])('throws on targets %o', (targets) => {
    expect(() =>
      forecastCurve(
        curve((x) => x ** -0.2),
        targets,
      ),
    ).toThrow('beyond the last point');
  });
});

describe('calibrateCurves', () => {
  /** Curves whose errors are normal with the stated scale as standard deviation. */
  const known = (count: number, random: Random) =>
    Array.from({ length: count }, () => {
      const scale = 0.01 + 0.1 * random.next();
      return { scales: [scale], errors: [scale * random.normal()] };
    });

  it('finds the quantiles of the errors over their scale', () => {
    const calibration = calibrateCurves(known(4000, new Random(6)), 'simulated');
    for (const p of [0.05, 0.5, 0.95])
      expect(Math.abs(errorQuantile(calibration, p) - normalQuantile(p))).toBeLessThan(0.12);
    expect(errorProbability(calibration, errorQuantile(calibration, 0.33))).toBeCloseTo(0.33, 9);
  });

  it('weighs each curve the same, however many points it has', () => {
    const short = Array.from({ length: 90 }, () => ({ scales: [0.01], errors: [0.01] }));
    const many = (value: number): number[] => new Array<number>(100).fill(value);
    const long = Array.from({ length: 10 }, () => ({ scales: many(0.01), errors: many(9) }));
    expect(errorQuantile(calibrateCurves([...short, ...long], 'two kinds'), 0.8)).toBeCloseTo(1, 9);
  });

  it('refuses few curves and levels that it cannot know', () => {
    expect(() => calibrateCurves(known(39, new Random(1)), 'few')).toThrow('needs 40 curves');
    expect(() => errorQuantile(calibrateCurves(known(50, new Random(1)), 'x'), 0.999)).toThrow('not 0.999');
  });
});
