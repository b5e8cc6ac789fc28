import { describe, expect, it } from 'vitest';
import type { Parameter } from '../graph/parameter.ts';
import { recipeSchema, scheduleSchema } from '../schema/recipe.ts';
import { initialDeviation, initialize } from './initialization.ts';
import { parameterGroup, parametrizationRules } from './parametrization.ts';
import { scheduleAt } from './schedule.ts';

const STEPS = 100;
const curve = (options: Record<string, unknown>): number[] => {
  const schedule = scheduleSchema.parse(options);
  return Array.from({ length: STEPS }, (_, step) => scheduleAt(schedule, step, STEPS));
};

describe('schedules', () => {
  it('rise linearly to the peak at the end of the warm-up', () => {
    for (const kind of ['constant', 'cosine', 'wsd']) {
      const rates = curve({ kind, warmup: 0.1 });
      expect(rates.slice(0, 10)).toEqual([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]);
      expect(Math.max(...rates)).toBe(1);
    }
  });

  it('then stay, fall as a cosine, or stay and fall linearly, to the floor at the last step', () => {
    const constant = curve({ kind: 'constant', warmup: 0 });
    expect(new Set(constant)).toEqual(new Set([1]));
    const cosine = curve({ kind: 'cosine', warmup: 0, floor: 0.1 });
    expect(cosine[49]).toBeCloseTo(0.55, 10);
    expect(cosine.at(-1)).toBeCloseTo(0.1, 10);
    const wsd = curve({ kind: 'wsd', warmup: 0.1, decay: 0.2, floor: 0 });
    expect(wsd[79]).toBe(1);
    expect(wsd[89]).toBeCloseTo(0.5, 10);
    expect(wsd.at(-1)).toBeCloseTo(0, 10);
  });

  it('work for runs of one step', () => {
    for (const kind of ['constant', 'cosine', 'wsd'] as const) {
      expect(Number.isFinite(scheduleAt(scheduleSchema.parse({ kind }), 0, 1))).toBe(true);
    }
  });
});

const parameter = (role: Parameter['role'], extra: Partial<Parameter> = {}): Parameter => ({
  name: role,
  shape: [64, 256],
  role,
  fanIn: 64,
  residual: false,
  layer: 'layer',
  ...extra,
});
const ROLES = ['embedding', 'position', 'matrix', 'head', 'gain', 'bias'] as const;

describe('parametrisation', () => {
  it('muP for Adam scales matrices and the head by base / width alone (Yang et al. 2022, table 8)', () => {
    const recipe = recipeSchema.parse({ parametrization: 'mup', baseWidth: 32 });
    const factors = ROLES.map((role) => parameterGroup(parameter(role), recipe, 128).learningRateFactor);
    expect(factors).toEqual([1, 1, 0.25, 0.25, 1, 1]);
    expect(parametrizationRules(recipe).join()).toContain('32 / width');
  });

  it('standard scales nothing; weight decay falls on matrices and the head', () => {
    const recipe = recipeSchema.parse({ parametrization: 'standard', optimizer: { weightDecay: 0.1 } });
    const groups = ROLES.map((role) => parameterGroup(parameter(role), recipe, 128));
    expect(groups.map(({ learningRateFactor }) => learningRateFactor)).toEqual([1, 1, 1, 1, 1, 1]);
    expect(groups.map(({ weightDecay }) => weightDecay)).toEqual([0, 0, 0.1, 0.1, 0, 0]);
  });
});

describe('initialisation', () => {
  const context = { depth: 2, tiedHead: false, zeroHead: true };

  it('has the stated deviations', () => {
    expect(initialDeviation(parameter('matrix'), context)).toBe(1 / 8);
    expect(initialDeviation(parameter('matrix', { residual: true }), context)).toBe(1 / 16);
    expect(initialDeviation(parameter('embedding'), context)).toBe(1);
    expect(initialDeviation(parameter('embedding'), { ...context, tiedHead: true })).toBe(1 / 16);
    expect(initialDeviation(parameter('head'), context)).toBe(0);
    expect(initialDeviation(parameter('head'), { ...context, zeroHead: false })).toBe(1 / 8);
  });

  it('draws what it states, by seed and parameter', () => {
    const draw = (seed: number, index: number): Float32Array => {
      const values = new Float32Array(64 * 256);
      initialize(values, parameter('matrix'), context, seed, index);
      return values;
    };
    const values = draw(1, 0);
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
    expect(deviation * 8).toBeCloseTo(1, 1);
    expect(draw(1, 0)).toEqual(values);
    expect(draw(1, 1)).not.toEqual(values);
    expect(draw(2, 0)).not.toEqual(values);
    const gains = new Float32Array(4);
    initialize(gains, parameter('gain'), context, 1, 0);
    expect([...gains]).toEqual([1, 1, 1, 1]);
  });
});
