import { describe, expect, it } from 'vitest';
import { studySchema } from '../schema/study.ts';
import type { Study } from '../schema/study.ts';
import { nextTuning, tunedRecipe } from './tuning.ts';
import type { TuningPoint, TuningResult } from './tuning.ts';

const study = (tune: unknown): Study =>
  studySchema.parse({
    name: 'tuned',
    model: { family: 'gpt', depth: 2, heads: 2, context: 64 },
    data: { kind: 'text', paths: 'corpus' },
    ladder: { path: { sizes: [8, 16] } },
    recipe: { learningRate: 0.01, batchTokens: 512 },
    tune,
  });

/** A bowl in log learning rate with its minimum at `optimum`, shifted up by a batch's own penalty. */
const bowl =
  (optimum: number, penalty: Record<number, number> = {}) =>
  (point: TuningPoint): number =>
    3 + Math.log(point.learningRate / optimum) ** 2 + (penalty[point.batchTokens] ?? 0);

function tuneToEnd(subject: Study, loss: (point: TuningPoint) => number): TuningResult[] {
  const done: TuningResult[] = [];
  for (let next = nextTuning(subject, done); next.length > 0; next = nextTuning(subject, done)) {
    done.push(...next.map((point) => ({ ...point, loss: loss(point) })));
    if (done.length > 20) throw new Error('tuning does not end');
  }
  return done;
}

describe('tuning', () => {
  it('finds the minimum of a bowl between its trials', () => {
    const subject = study({ learningRate: [0.5, 1, 2], batchTokens: [512] });
    const done = tuneToEnd(subject, bowl(0.0123));
    expect(done).toHaveLength(3);
    expect(tunedRecipe(subject, done).learningRate).toBeCloseTo(0.0123, 4);
  });

  it('follows a minimum beyond the edge, and gives up after three steps', () => {
    const subject = study({ learningRate: [0.5, 1, 2], batchTokens: [512] });
    expect(tunedRecipe(subject, tuneToEnd(subject, bowl(0.05))).learningRate).toBeCloseTo(0.05, 3);
    expect(tuneToEnd(subject, bowl(100))).toHaveLength(6);
  });

  it('takes another batch only where its loss is lower', () => {
    const subject = study({ learningRate: [0.5, 1, 2], batchTokens: [256, 512, 1024] });
    const better = tuneToEnd(subject, bowl(0.01, { 256: 0.1, 1024: -0.5 }));
    expect(tunedRecipe(subject, better).batchTokens).toBe(1024);
    const worse = tuneToEnd(subject, bowl(0.01, { 256: 1, 1024: 1 }));
    expect(tunedRecipe(subject, worse).batchTokens).toBe(512);
  });

  it('passes over diverged trials', () => {
    const subject = study({ learningRate: [1, 100], batchTokens: [512] });
    const done = tuneToEnd(subject, (point) => (point.learningRate > 0.5 ? Infinity : bowl(0.01)(point)));
    expect(tunedRecipe(subject, done).learningRate).toBeCloseTo(0.01, 3);
  });

  it('leaves the recipe as it stands when tuning is off', () => {
    const subject = study(false);
    expect(nextTuning(subject, [])).toEqual([]);
    expect(tunedRecipe(subject, [])).toEqual(subject.recipe);
  });
});
