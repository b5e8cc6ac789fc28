import { describe, expect, it } from 'vitest';
import { Random } from '../../math/random.ts';
import { leastDistortion } from './distortion.ts';
import { METRICS } from './goal.ts';
import type { Goal, Metric } from './goal.ts';
import { exhaust, scoreOf, solve } from './solve.ts';
import type { Space } from './solve.ts';

const factors = (values: readonly number[], now: number): number[] => values.map((value) => value / now);
const upTo = (count: number, step = 1): number[] => Array.from({ length: count }, (_, index) => (index + 1) * step);

/** A perceptron: hidden layers and their width, 20 inputs and one output. */
const perceptron: Space = {
  variables: [
    { name: 'depth', factors: factors(upTo(12), 3) },
    { name: 'width', factors: factors(upTo(40, 8), 64) },
  ],
  evaluate: ([d, w]) => {
    const [depth, width] = [d + 1, 8 * (w + 1)];
    const params = 21 * width + (depth - 1) * (width + 1) * width + width + 1;
    return { params, macs: 20 * width + (depth - 1) * width * width + width, memory: 4 * params };
  },
};

/** Blocks of convolutions: depth, width and resolution; latency by steps, as devices have them. */
const convnet: Space = {
  variables: [
    { name: 'depth', factors: factors(upTo(8), 4) },
    { name: 'width', factors: factors(upTo(16, 8), 64) },
    { name: 'resolution', factors: factors(upTo(12, 32), 224) },
  ],
  evaluate: ([d, w, r]) => {
    const [depth, width, side] = [d + 1, 8 * (w + 1), 32 * (r + 1)];
    const params = 27 * width + depth * 9 * width * width;
    const macs = params * (side / 4) ** 2;
    return { params, macs, latency: Math.ceil(macs / 1e8) * 1e-4, memory: 4 * params + 8 * width * side * side };
  },
};

/** Decoder blocks: depth, width in heads of 64 and a hidden width of its own. */
const decoder: Space = {
  variables: [
    { name: 'depth', factors: factors(upTo(24), 12) },
    { name: 'width', factors: factors(upTo(20, 64), 768) },
    { name: 'feedForward', factors: factors(upTo(10, 256), 2048) },
  ],
  evaluate: ([d, w, f]) => {
    const [depth, width, hidden] = [d + 1, 64 * (w + 1), 256 * (f + 1)];
    const params = 32_000 * width + depth * (4 * width * width + 3 * width * hidden + 2 * width);
    return { params, macs: params * 1024, memory: 2 * params + 4 * depth * width * 1024 };
  },
};

function randomGoal(space: Space, random: Random): Goal {
  const point = space.variables.map(({ factors: all }) => Math.floor(random.next() * all.length));
  const metrics = space.evaluate(point);
  const names = Object.keys(metrics) as Metric[];
  const pick = (): Metric => names[Math.floor(random.next() * names.length)];
  const targets = Array.from({ length: 1 + Math.floor(random.next() * 3) }, () => {
    const metric = pick();
    const relation = (['<=', '>=', '='] as const)[Math.floor(random.next() * 3)];
    return { metric, relation, value: metrics[metric]! * Math.exp(0.6 * random.normal()), tolerance: 0.05 };
  });
  if (random.next() < 0.5) return { targets };
  return { targets, optimize: { metric: pick(), direction: random.next() < 0.5 ? 'maximize' : 'minimize' } };
}

describe('the target solver', () => {
  it.each(Object.entries({ perceptron, convnet, decoder }))('finds what the whole space holds: %s', (_, space) => {
    const random = new Random(7, 0);
    let feasible = 0;
    for (let trial = 0; trial < 200; trial++) {
      const goal = randomGoal(space, random);
      const [fast, slow] = [solve(space, goal, 3), exhaust(space, goal, 3)];
      expect(fast.isMonotone).toBe(true);
      expect(fast.choices.map(({ point }) => point)).toEqual(slow.choices.map(({ point }) => point));
      if (slow.choices.length > 0) feasible++;
    }
    expect(feasible).toBeGreaterThan(60);
  });

  it('looks at a part of the space alone', () => {
    const goal: Goal = { targets: [{ metric: 'params', relation: '=', value: 1e8, tolerance: 0.01 }] };
    const { evaluated, points } = solve(decoder, goal, 3);
    expect(evaluated).toBeLessThan(points / 4);
  });

  it('searches the whole space where a metric falls as a size rises', () => {
    const bent: Space = {
      variables: [{ name: 'width', factors: [1, 2, 3, 4] }],
      evaluate: ([i]) => ({ latency: [4, 5, 6, 2][i] }),
    };
    const goal: Goal = { targets: [{ metric: 'latency', relation: '<=', value: 3, tolerance: 0 }] };
    const { choices, isMonotone } = solve(bent, goal, 1);
    expect(isMonotone).toBe(false);
    expect(choices[0].point).toEqual([3]);
  });

  it('prefers the model’s own proportions', () => {
    const goal: Goal = { targets: [{ metric: 'params', relation: '=', value: 5e7, tolerance: 0.05 }] };
    const [best] = solve(decoder, goal, 1).choices;
    for (const { point, metrics } of exhaust(decoder, goal, 50).choices) {
      expect(scoreOf(decoder, goal, point, metrics)).toBeLessThanOrEqual(best.score);
    }
  });
});

describe('distortion', () => {
  it('is the variance of numbers, and nothing where ranges meet', () => {
    expect(
      leastDistortion([
        [1, 1],
        [3, 3],
      ]),
    ).toBeCloseTo(1, 12);
    expect(
      leastDistortion([
        [0, 2],
        [1, 3],
        [2, 4],
      ]),
    ).toBe(0);
    expect(
      leastDistortion([
        [0, 1],
        [3, 4],
      ]),
    ).toBeCloseTo(1, 9);
  });

  it('is a lower bound of every choice inside', () => {
    const random = new Random(3, 0);
    for (let trial = 0; trial < 500; trial++) {
      const ranges = Array.from({ length: 3 }, () => {
        const low = random.normal();
        return [low, low + Math.abs(random.normal())] as const;
      });
      const inside = ranges.map(([low, high]) => low + random.next() * (high - low));
      const variance = leastDistortion(inside.map((value) => [value, value] as const));
      expect(leastDistortion(ranges)).toBeLessThanOrEqual(variance + 1e-12);
    }
  });
});

it('every metric has a unit', () => {
  expect(new Set(Object.values(METRICS))).toEqual(new Set(['count', 'bytes', 'seconds']));
});
