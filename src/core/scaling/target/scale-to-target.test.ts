import { describe, expect, it } from 'vitest';
import { deviceOf, peakOf, precisionRecipe } from '../../analysis/index.ts';
import { totalMacs } from '../../graph/cost.ts';
import { sizeOf } from '../../graph/sizes.ts';
import { modelOfFamily } from '../../model/families.ts';
import { IsoflopError } from '../../terms/errors.ts';
import { parseGoal } from './goal.ts';
import { scaleToTarget } from './scale-to-target.ts';
import type { TargetResult } from './scale-to-target.ts';

/** Grouped queries and gated hidden layers; small enough to build every size of it. */
const model = modelOfFamily(
  {
    family: 'transformer',
    vocabulary: 400,
    context: 16,
    width: 64,
    depth: 3,
    attention: { heads: 8, kvHeads: 2 },
    feedForward: { hidden: 176 },
  } as { family: string },
  'small',
);

const solved = (text: string): TargetResult => scaleToTarget(model, parseGoal(text), { tokens: 4 });

/** What is searched first: up to six times 3 blocks, and a width of 256. */
const [DEPTHS, WIDTHS] = [18, 16];

/** Every size, built by hand: two heads of 8 at once, hidden layers up to the next multiple of 16. */
const SIZES = Array.from({ length: DEPTHS * WIDTHS }, (_, index) => {
  const [depth, heads] = [1 + (index % DEPTHS), 2 * (1 + Math.floor(index / DEPTHS))];
  const width = 8 * heads;
  const edits = { depth, width, 'attention.heads': heads, 'feedForward.hidden': 16 * Math.ceil((11 * width) / 4 / 16) };
  const graph = model
    .apply(Object.entries(edits).map(([path, value]) => ({ kind: 'parameter', path, value })))
    .lower({ batch: 1, tokens: 4 });
  const params = graph.parameters.reduce((sum, { parameter }) => sum + sizeOf(parameter.shape), 0);
  // The distance of depth and width from one factor: the variance of their logarithms.
  const distortion = (Math.log(depth / 3) - Math.log(width / 64)) ** 2 / 4;
  return { depth, width, params, macs: totalMacs(graph), distortion };
});

describe('the sizes of a model that meet targets', () => {
  it.each([
    ['params = 300k +- 3%', ({ params }) => [Math.abs(params / 3e5 - 1) <= 0.03, -Math.abs(Math.log(params / 3e5))]],
    ['params <= 500k', ({ params }) => [params <= 5e5, Math.log(params)]],
    ['params <= 400k, macs >= 1M, maximize macs', (o) => [o.params <= 4e5 && o.macs >= 1e6, Math.log(o.macs)]],
    ['macs >= 900k, minimize params', ({ params, macs }) => [macs >= 9e5, -Math.log(params)]],
    // What is to be small is looked for from below, though an upper bound stands far above it.
    ['params <= 900k, minimize macs', ({ params, macs }) => [params <= 9e5, -Math.log(macs)]],
    ['params >= 200k, params <= 2M, minimize macs', (o) => [o.params >= 2e5, -Math.log(o.macs)]],
  ] as [string, (size: (typeof SIZES)[number]) => [boolean, number]][])('%s', (text, aim) => {
    const ranked = SIZES.map((size) => ({ size, aimed: aim(size) }))
      .filter(({ aimed: [isFeasible] }) => isFeasible)
      .map(({ size, aimed: [, value] }) => ({ ...size, score: value - size.distortion }))
      .toSorted((a, b) => b.score - a.score);
    const { choices, isProved } = solved(text);
    expect(isProved).toBe(true);
    expect(choices.map(({ factors }) => [Math.round(3 * factors.depth!), Math.round(64 * factors.width!)])).toEqual(
      ranked.slice(0, 4).map(({ depth, width }) => [depth, width]),
    );
  });

  it('looks further where targets pull the axes apart', () => {
    // One block of a width of 592: nine times as wide, a third as deep. Deeper ones of so many parameters take more products.
    const { choices } = solved('params >= 4M, macs <= 15.5M, params <= 4.4M');
    expect(choices.map(({ factors }) => [3 * factors.depth!, Math.round(64 * factors.width!)])).toEqual([[1, 592]]);
  });

  it('refuses what has no answer', () => {
    expect(() => solved('params >= 1M, maximize macs')).toThrow('nothing bounds the size from above');
    expect(solved('params >= 1M, params <= 999k').choices).toEqual([]);
  });
});

describe('a budget of device-time', () => {
  // NVIDIA's data sheet: 312e12 dense operations of bfloat16 a second.
  const peak = peakOf(deviceOf('a100-80'), precisionRecipe('bf16-adam'));

  it('is so many operations: 8 hours of an A100 at 40 %', () => {
    expect(parseGoal('trainingFlops <= 8h at 40%', peak).targets[0].value).toBeCloseTo(8 * 3600 * 0.4 * 312e12, -6);
    expect(parseGoal('trainingFlops = 2 d at 37.5 % +- 3%', peak).targets[0]).toMatchObject({
      relation: '=',
      tolerance: 0.03,
      value: 2 * 86_400 * 0.375 * 312e12,
    });
  });

  it.each([
    ['trainingFlops <= 8h at 40%', undefined, 'depends on a device'],
    ['trainingFlops <= 8h', 1e12, 'needs the share of the peak'],
    ['trainingFlops <= 8h at 140%', 1e12, 'needs the share of the peak'],
    ['trainingTime <= 8h at 40%', 1e12, 'a share of the peak goes with a time'],
    ['flops <= 8h', 1e12, 'measured in a count'],
  ])('%s', (text, rate, message) => {
    expect(() => parseGoal(text, rate)).toThrow(message);
    expect(() => parseGoal(text, rate)).toThrow(IsoflopError);
  });
});
