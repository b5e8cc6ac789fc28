import { describe, expect, it } from 'vitest';
import { Random } from '../../src/core/math/random.ts';
import { Problem } from '../../src/core/laws/fit/problem.ts';
import { CATALOGUE } from '../../src/core/laws/index.ts';
import type { Law, Observations } from '../../src/core/laws/index.ts';
import { recoveryError } from '../../tools/conformance/recovery.ts';
import { designOf, drawTruth, objectiveFor, tableOf, TRUTHS } from '../support/truths.ts';

/** `npm run conformance` draws a hundred. */
const DRAWS = 4;

const draw = (law: Law, seed: number, noise = 0): { truth: number[]; data: Observations } => {
  const box = TRUTHS[law.id];
  const design = designOf(law, box);
  const random = new Random(seed);
  const truth = drawTruth(law, box, design, random);
  return { truth, data: tableOf(law, design, truth, noise, random) };
};

describe.each(CATALOGUE.map((law) => [law.id, law] as const))('law %s', (_, law) => {
  it('is recovered from data without noise: a decade outside them to 1e-6', () => {
    for (let seed = 1; seed <= DRAWS; seed++) expect(recoveryError(law, seed)).toBeLessThan(1e-6);
  }, 300_000);

  it('has its gradient right in the coordinates of the search', () => {
    const { truth, data } = draw(law, 5, 0.01);
    const residual = objectiveFor(law, data).residual;
    for (const kind of ['least-squares', 'huber', 'cauchy', 'asymmetric'] as const) {
      const problem = new Problem(law, data, { kind, residual, delta: 0.1 });
      const theta = problem.coordinates.toTheta(truth.map((value) => value * 1.01));
      const { gradient, value } = problem.evaluate(theta);
      expect(value).toBe(problem.value(theta));
      for (const [index, slope] of gradient.entries()) {
        const h = 1e-6;
        const moved = (by: number): number => problem.value(theta.map((one, i) => (i === index ? one + by : one)));
        const numeric = (moved(h) - moved(-h)) / (2 * h);
        const error = Math.abs(slope - numeric) / (Math.abs(slope) + Math.abs(value) + 1e-3);
        expect(error, `${kind}, ${law.parameters[index].name}`).toBeLessThan(1e-4);
      }
    }
  });
});
