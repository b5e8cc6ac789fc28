import { describe, expect, it } from 'vitest';
import { trainingFlops } from '../analysis/index.ts';
import { studySchema } from '../schema/study.ts';
import type { LadderInputs } from './ladder.ts';
import { planHero, planLadder, planTuning } from './ladder.ts';
import { makespan } from './makespan.ts';

function inputs(changes: Record<string, unknown> = {}): LadderInputs {
  const study = studySchema.parse({
    name: 'planned',
    model: { family: 'gpt', depth: 2, heads: 2, context: 64 },
    data: { kind: 'text', paths: 'corpus' },
    ladder: { path: { sizes: [16, 24, 32], tokensPerParameter: 20 } },
    ...changes,
  });
  return { study, vocabulary: 512, recipe: study.recipe };
}

describe('planLadder', () => {
  it('gives each size of the path its tokens, in whole steps', () => {
    for (const { params, tokens, steps, recipe } of planLadder(inputs())) {
      expect(tokens).toBe(steps * recipe.batchTokens);
      expect(Math.abs(tokens - 20 * params)).toBeLessThanOrEqual(recipe.batchTokens / 2);
    }
  });

  it('spends the same on every size of an IsoFLOP profile, to a step', () => {
    const ladder = planLadder(inputs({ ladder: { isoflop: { budgets: [1e11, 2e11], sizes: [16, 24, 32] } } }));
    expect(ladder).toHaveLength(6);
    for (const { model, flops, profile, recipe } of ladder) {
      const step = trainingFlops(model, recipe.batchTokens, 'exact');
      expect(Math.abs(flops - profile!)).toBeLessThanOrEqual(step / 2 + 1);
    }
  });

  it('repeats the path with other seeds, and gives every trial a name of its own', () => {
    const ladder = planLadder(inputs({ seeds: 3, seed: 7 }));
    expect(new Set(ladder.map(({ id }) => id)).size).toBe(9);
    expect(new Set(ladder.map(({ seed }) => seed))).toEqual(new Set([7, 8, 9]));
  });

  it('lets the learning rate fall with the root of the tokens from the shortest run on', () => {
    const [first, , last] = planLadder(inputs());
    expect(first.recipe.learningRate).toBeCloseTo(0.015, 3);
    expect(last.recipe.learningRate / first.recipe.learningRate).toBeCloseTo(Math.sqrt(first.tokens / last.tokens), 2);
    const flat = planLadder(inputs({ recipe: { horizon: 0 } }));
    expect(new Set(flat.map(({ recipe }) => recipe.learningRate))).toEqual(new Set([0.015]));
  });
});

describe('planHero', () => {
  it('is the smallest size on the path that costs the wanted multiple', () => {
    const given = inputs({ hero: { flops: 5 } });
    const ladder = planLadder(given);
    const wanted = 5 * Math.max(...ladder.map(({ flops }) => flops));
    const hero = planHero(given, ladder)!;
    expect(hero.flops).toBeGreaterThanOrEqual(wanted);
    const { width } = hero.model;
    const smaller = planHero(inputs({ hero: { size: width - 2 } }), ladder)!;
    expect(smaller.flops).toBeLessThan(wanted);
  });

  it('is refused where no width costs so much, at once', () => {
    const given = inputs({ hero: { flops: 1e30 } });
    expect(() => planHero(given, planLadder(given))).toThrow('no width up to 65536 costs');
  });

  it('is what the study names, or nothing', () => {
    const named = planHero(inputs({ hero: { size: 48, tokens: 1e6 } }), [])!;
    expect(named.model.width).toBe(48);
    expect(Math.abs(named.tokens - 1e6)).toBeLessThan(512);
    expect(planHero(inputs({ hero: false }), [])).toBeUndefined();
  });
});

describe('planTuning', () => {
  it('varies the cheapest run of the path', () => {
    const trial = planTuning(inputs(), 0.03, 1024);
    expect(trial).toMatchObject({ role: 'tune', recipe: { learningRate: 0.03, batchTokens: 1024 } });
    expect(trial.model.width).toBe(16);
  });
});

describe('makespan', () => {
  it.each([
    [[3, 3, 2, 2, 2], 2, 7],
    [[5], 4, 5],
    [[1, 1, 1], 1, 3],
  ])('of %j on %d workers is %d', (seconds, workers, wall) => {
    expect(makespan(seconds, workers)).toBe(wall);
  });
});
