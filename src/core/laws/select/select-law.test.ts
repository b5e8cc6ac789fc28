import { describe, expect, it } from 'vitest';
import { NOISE_KINDS, shareOfLaws } from '../../../../test/support/noise-curves.ts';
import { Random } from '../../math/random.ts';
import type { Observations } from '../../terms/observation.ts';
import { candidateLaw } from './candidates.ts';
import { forecastSelected } from './forecast.ts';
import { selectLaw } from './select-law.ts';

/** Laws that are quick to fit. */
const QUICK = ['power-law', 'power-law@4', 'power-law-offset'].map((name) => candidateLaw(name));

function curve(x: readonly number[], y: (x: number, index: number) => number): Observations {
  const columns = { flops: Float64Array.from(x), loss: Float64Array.from(x, y) };
  return { rows: x.length, columns, runs: x.map((_, row) => `${row}`), conventions: {}, exclusions: [] };
}

const geometric = (n: number, ratio: number): number[] =>
  Array.from({ length: n }, (_, index) => 1e18 * ratio ** index);

const at = (flops: number): Readonly<Record<string, number[]>> => ({ flops: [flops] });

describe('selectLaw', () => {
  it('picks an exact power law, the law of fewest parameters among those that hold, and forecasts it', () => {
    const truth = (x: number): number => 3 * (x / 1e18) ** -0.1;
    const selection = selectLaw(curve(geometric(12, 1.5), truth));
    expect(selection.selected).toBe('power-law');
    expect(selection.bestLaw).toBe('power-law');
    expect(selection.beatsLastValue).toBe(true);
    expect(forecastSelected(selection, at(1e21), 1)[0] / truth(1e21)).toBeCloseTo(1, 6);
  });

  it('picks an exact law with a floor over one without', () => {
    const truth = (x: number): number => 1.5 + 2 * (x / 1e18) ** -0.3;
    const selection = selectLaw(curve(geometric(16, 1.4), truth), { candidates: QUICK });
    expect(selection.selected).toBe('power-law-offset');
    expect(forecastSelected(selection, at(1e21), 1)[0] / truth(1e21)).toBeCloseTo(1, 5);
  });

  it('forecasts a noisy law with a floor far better than the last value', () => {
    const truth = (x: number): number => 1 + 2 * (x / 1e18) ** -0.3;
    const random = new Random(3);
    const ratios = Array.from({ length: 12 }, () => {
      const data = curve(geometric(20, 1.3), (x) => truth(x) * Math.exp(0.003 * random.normal()));
      const selection = selectLaw(data, { candidates: QUICK, reach: 4 });
      expect(selection.beatsLastValue).toBe(true);
      const goal = 4 * selection.largestCost;
      const error = (name?: string): number =>
        Math.abs(Math.log(forecastSelected(selection, at(goal), 1, name)[0] / truth(goal)));
      return error() / error('last value');
    });
    expect(ratios.toSorted((a, b) => a - b)[10]).toBeLessThan(0.3);
  });

  it.each(NOISE_KINDS)('seldom takes a law for a %s', (kind) => {
    expect(shareOfLaws(kind, 20, QUICK)).toBeLessThanOrEqual(0.1);
  });

  it('carries the last value forward where nothing falls', () => {
    const selection = selectLaw(
      curve(geometric(12, 1.5), (_, index) => 0.3 * 1.02 ** index),
      { candidates: QUICK },
    );
    expect(selection.beatsLastValue).toBe(false);
    expect(selection.sentence).toContain('carried forward');
  });

  it('says so where there is nothing to hold out', () => {
    const selection = selectLaw(
      curve(geometric(4, 2), (x) => 1e9 / x ** 0.5),
      { candidates: QUICK },
    );
    expect(selection).toMatchObject({ selected: 'last value', beatsLastValue: false, origins: 0 });
  });

  it('lists what it leaves out, and eats repeated costs', () => {
    const x = [0, ...geometric(8, 2), ...geometric(8, 2)];
    const data = curve(x, (cost, row) => (row === 5 ? 0 : 2 * (cost || 1) ** -0.05 * (row > 8 ? 1.001 : 1)));
    const selection = selectLaw(data, { candidates: QUICK });
    expect(selection.rows).toBe(15);
    expect(selection.exclusions.map(({ run, reason }) => `${run}: ${reason}`)).toEqual([
      '0: flops is not above 0',
      '5: loss is not above 0: it has no logarithm',
    ]);
    expect(selection.bestLaw).toContain('power-law');
  });

  it('gives every held-out error, from cheaper rows only', () => {
    const x = geometric(10, 1.6);
    const selection = selectLaw(
      curve(x, (cost) => 5 * cost ** -0.02),
      { candidates: QUICK },
    );
    const lastValue = selection.candidates.find(({ kind }) => kind === 'last-value')!;
    for (const { origin, cost, error } of lastValue.heldOut) {
      expect(cost).toBeGreaterThan(origin);
      expect(error).toBeCloseTo(-0.02 * Math.log(cost / origin), 12);
    }
    const moved = selectLaw(
      curve(x, (cost, row) => 5 * cost ** -0.02 * (row === 9 ? 3 : 1)),
      { candidates: QUICK },
    );
    const early = ({ heldOut }: { heldOut: readonly { cost: number }[] }) => heldOut.filter(({ cost }) => cost < x[9]);
    for (const kind of ['law', 'last-value'] as const) {
      const [before, after] = [selection, moved].map(({ candidates }) => candidates.filter((one) => one.kind === kind));
      for (const one of before) expect(early(after.find(({ name }) => name === one.name)!)).toEqual(early(one));
    }
  });

  it('holds in other units, and gives the same digits again', () => {
    const random = new Random(5);
    const noise = Array.from({ length: 14 }, () => Math.exp(0.01 * random.normal()));
    const of = (unit: number, scale: number) =>
      selectLaw(
        curve(
          geometric(14, 1.5).map((x) => x / unit),
          (x, row) => scale * (1 + ((x * unit) / 1e18) ** -0.4) * noise[row],
        ),
        { candidates: QUICK },
      );
    const [plain, again, other] = [of(1, 1), of(1, 1), of(1e9, 40)];
    expect(again).toEqual(plain);
    expect(other.selected).toBe(plain.selected);
    const [a, b] = [plain, other].map(({ candidates }) => candidates.find(({ kind }) => kind === 'average')!.error!);
    expect(b / a).toBeCloseTo(1, 3);
  });
});

describe('selectLaw with linear residuals', () => {
  it('does not care for the unit of the loss, and takes losses below 0', () => {
    const objective = { kind: 'least-squares', residual: 'linear' } as const;
    const random = new Random(6);
    const noise = Array.from({ length: 14 }, () => 0.01 * random.normal());
    const [plain, tiny] = [1, 1e-12].map((unit) => {
      const data = curve(geometric(14, 1.5), (x, row) => unit * (1 - 0.1 * Math.log(x / 1e18) + noise[row] - 0.8));
      const candidates = [candidateLaw('log-linear'), candidateLaw('linear')];
      return selectLaw(data, { candidates, objective });
    });
    expect(plain.bestLaw).toContain('log-linear');
    expect(plain.beatsLastValue).toBe(true);
    expect(tiny.selected).toBe(plain.selected);
    const goal = at(3 * plain.largestCost);
    expect(forecastSelected(plain, goal, 1)[0]).toBeLessThan(0);
    expect(forecastSelected(tiny, goal, 1)[0] / forecastSelected(plain, goal, 1)[0]).toBeCloseTo(1e-12, 15);
  });
});

describe('selectLaw over a table of runs', () => {
  const table = (noise: number): Observations => {
    const random = new Random(2);
    const points = [1e7, 3e7, 1e8, 3e8, 1e9].flatMap((params) =>
      [5, 10, 20, 40, 80].map((ratio) => ({ params, tokens: ratio * params })),
    );
    const columns = {
      params: Float64Array.from(points, ({ params }) => params),
      tokens: Float64Array.from(points, ({ tokens }) => tokens),
      flops: Float64Array.from(points, ({ params, tokens }) => 6 * params * tokens),
      loss: Float64Array.from(
        points,
        ({ params, tokens }) => (1.7 + 400 / params ** 0.34 + 410 / tokens ** 0.28) * Math.exp(noise * random.normal()),
      ),
    };
    return { rows: points.length, columns, runs: points.map((_, row) => `${row}`), conventions: {}, exclusions: [] };
  };

  it.each([0, 0.001])('takes the surface over laws of compute alone, with noise %s', (noise) => {
    const candidates = ['power-law', 'power-law-offset', 'chinchilla'].map((name) => candidateLaw(name));
    const selection = selectLaw(table(noise), { candidates, reach: 4 });
    expect(selection.axis).toBe('flops');
    expect(selection.bestLaw).toContain('chinchilla');
    const [power, surface] = ['power-law-offset', 'chinchilla'].map(
      (one) => selection.candidates.find(({ name }) => name === one)!.error!,
    );
    expect(surface).toBeLessThan(0.5 * power);
    if (noise === 0) expect(selection.selected).toBe('chinchilla');
  });

  it('says which column is missing, and what cannot be compared', () => {
    const { columns, ...rest } = table(0);
    const { params, tokens, loss } = columns;
    const chinchilla = { candidates: [candidateLaw('chinchilla')] };
    expect(() => selectLaw({ ...rest, columns: { params, tokens, loss } }, chinchilla)).toThrow('there is no flops');
    expect(() => selectLaw({ ...rest, columns: { params, loss } }, { ...chinchilla, axis: 'params' })).toThrow(
      "'tokens'",
    );
    expect(() => selectLaw(table(0), { reach: 1 })).toThrow('above 1');
    expect(() => candidateLaw('power-law@0.5')).toThrow("within '0.5' times");
  });
});
