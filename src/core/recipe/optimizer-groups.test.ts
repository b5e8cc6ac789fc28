import { describe, expect, it } from 'vitest';
import type { Parameter } from '../graph/parameter.ts';
import { recipeSchema, scheduleSchema } from '../schema/recipe.ts';
import { matricesOf } from './matrices.ts';
import { groupAt } from './parametrization.ts';
import type { ParameterGroup } from './parametrization.ts';
import { scheduleAt } from './schedule.ts';

const parameter = (role: Parameter['role'], shape: readonly number[], fanIn: number): Parameter => ({
  name: role,
  shape,
  role,
  fanIn,
  residual: false,
  layer: 'layer',
});
const groupOf = (one: Parameter, optimizer: Record<string, unknown>, fanIn: number, fanOut: number): ParameterGroup =>
  groupAt(one, recipeSchema.parse({ optimizer }), { growth: { fanIn, fanOut }, isOuter: false });

describe('learning rates of a model m = 4 times as wide', () => {
  it('by SGD: 1 for hidden matrices, m for what meets no width, 1 / m for the head (Yang et al. 2022, table 3)', () => {
    const factor = (one: Parameter, fanIn: number, fanOut: number): number =>
      groupOf(one, { kind: 'sgd' }, fanIn, fanOut).learningRateFactor;
    expect(factor(parameter('matrix', [64, 64], 64), 4, 4)).toBe(1);
    expect(factor(parameter('matrix', [64, 3, 3, 3], 27), 1, 4)).toBe(4);
    expect(factor(parameter('bias', [64], 1), 1, 4)).toBe(4);
    expect(factor(parameter('head', [10, 64], 64), 4, 1)).toBe(0.25);
  });

  it('by Muon: steps whose spectral norm goes as sqrt(outputs / inputs)', () => {
    const length = (shape: readonly number[], fanIn: number, fanOut: number, scale: string): number => {
      const group = groupOf(parameter('matrix', shape, shape[1]), { kind: 'muon', scale }, fanIn, fanOut);
      return group.learningRateFactor * group.stepFactor!;
    };
    for (const scale of ['rms', 'spectral']) {
      expect(length([64, 64], 4, 4, scale)).toBeCloseTo(length([16, 16], 1, 1, scale), 12);
      expect(length([64, 16], 1, 4, scale)).toBeCloseTo(2 * length([16, 16], 1, 1, scale), 12);
      expect(length([16, 64], 4, 1, scale)).toBeCloseTo(length([16, 16], 1, 1, scale) / 2, 12);
    }
    expect(length([64, 16], 1, 1, 'rms')).toBeCloseTo(0.2 * 8, 12);
    expect(groupOf(parameter('head', [10, 64], 64), { kind: 'muon' }, 4, 1).matrices).toBeUndefined();
  });
});

describe('matrices', () => {
  it('are filters with all but their outputs flattened, in the layouts of PyTorch and Keras, and each expert', () => {
    const sides = (shape: number[], fanIn: number, activeExperts?: number): unknown =>
      matricesOf({ ...parameter('matrix', shape, fanIn), ...(activeExperts && { activeExperts }) });
    expect(sides([8, 4, 3, 3], 36)).toMatchObject({ count: 1, rows: 8, columns: 36, outputs: 8, inputs: 36 });
    expect(sides([3, 3, 4, 8], 36)).toMatchObject({ count: 1, rows: 36, columns: 8, outputs: 8, inputs: 36 });
    expect(sides([5, 6, 7], 6, 2)).toMatchObject({ count: 5, rows: 6, columns: 7, outputs: 7 });
    expect(sides([12], 1)).toBeUndefined();
    expect(sides([1, 64], 64)).toBeUndefined();
  });
});

describe('schedules without a twin in PyTorch', () => {
  const curve = (options: Record<string, unknown>, steps: number): number[] =>
    Array.from({ length: steps }, (_, step) => scheduleAt(scheduleSchema.parse(options), step, steps));

  it('cosine-restarts repeats the cosine of a cycle, also where cycles do not divide the steps', () => {
    const one = curve({ kind: 'cosine', warmup: 0 }, 10);
    expect(curve({ kind: 'cosine-restarts', warmup: 0, cycles: 3 }, 30)).toEqual([...one, ...one, ...one]);
    const odd = curve({ kind: 'cosine-restarts', warmup: 0, cycles: 3, floor: 0 }, 10);
    expect(odd.flatMap((rate, step) => (Math.abs(rate) < 1e-12 ? [step] : []))).toEqual([2, 6, 9]);
  });

  it('inverse-sqrt falls from the end of the warm-up (Vaswani et al. 2017, equation 3)', () => {
    const rates = curve({ kind: 'inverse-sqrt', warmup: 0.1 }, 100);
    expect(rates[9]).toBe(1);
    expect(rates[39]).toBeCloseTo(0.5, 12);
  });
});

describe('a recipe of before', () => {
  it('reads as it did: AdamW and cosine are what is not said', () => {
    const recipe = recipeSchema.parse({ optimizer: { beta2: 0.95 }, schedule: { warmup: 0 } });
    expect(recipe.optimizer).toEqual({
      kind: 'adamw',
      beta1: 0.9,
      beta2: 0.95,
      epsilon: 1e-8,
      weightDecay: 0,
      clip: 1,
    });
    expect(recipe.schedule).toEqual({ kind: 'cosine', warmup: 0, floor: 0.03, decay: 0.2 });
  });
});
