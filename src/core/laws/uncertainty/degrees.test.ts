import { describe, expect, it } from 'vitest';
import { drawStudy } from '../../../../tools/coverage/studies.ts';
import type { NoiseKind } from '../../../../tools/coverage/studies.ts';
import { lawById } from '../catalogue/index.ts';
import { fitLaw } from '../fit/fit-law.ts';
import { degreesFor } from './degrees.ts';
import { likelihoodOf } from './likelihood.ts';
import type { Likelihood } from './likelihood.ts';
import { newRunPit, profileForecast } from './profile-intervals.ts';
import { lossTarget } from './targets.ts';

const SQUARES = { kind: 'least-squares', residual: 'log' } as const;

function around(noise: NoiseKind, index: number): { likelihood: Likelihood; gradient: readonly number[] } {
  const { data, at } = drawStudy({ grid: [5, 5], noise, truths: 'box' }, 1, index);
  const likelihood = likelihoodOf(fitLaw(lawById('chinchilla'), data, { objective: SQUARES }), data);
  const target = lossTarget(lawById('chinchilla'), likelihood.squares.coordinates, true, at);
  return { likelihood, gradient: target.at(likelihood.theta).gradient };
}

describe('degreesFor', () => {
  it('are runs beyond parameters where all noise is estimated from the runs', () => {
    const { likelihood, gradient } = around('t3', 1);
    expect(degreesFor(likelihood, gradient, 0)).toBe(likelihood.degreesOfFreedom);
    expect(degreesFor(likelihood, gradient)).toBe(likelihood.degreesOfFreedom);
  });

  it('grow with the part of a new run that its evaluation brings, where that is known or estimated within runs', () => {
    for (const noise of ['known errors', 'three evaluations'] as const) {
      const { likelihood, gradient } = around(noise, 2);
      const { run } = likelihood.newRun;
      const [small, large] = [0.1 * run, 10 * run].map((part) => degreesFor(likelihood, gradient, part));
      expect(small).toBeGreaterThanOrEqual(likelihood.degreesOfFreedom);
      expect(large).toBeGreaterThan(1.5 * small);
    }
  });
});

describe('newRunPit', () => {
  it('is .025 and .975 at the ends of the 95 % interval', () => {
    const { data, at } = drawStudy({ grid: [5, 5], noise: 'one seed', truths: 'box' }, 1, 4);
    const fit = fitLaw(lawById('chinchilla'), data, { objective: SQUARES });
    const [{ low, high }] = profileForecast(fit, data, at).newRun;
    expect(newRunPit(fit, data, at, low)).toBeCloseTo(0.025, 3);
    expect(newRunPit(fit, data, at, high)).toBeCloseTo(0.975, 3);
  });
});
