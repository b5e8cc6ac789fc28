import { describe, expect, it } from 'vitest';
import { drawStudy } from '../../../../tools/coverage/studies.ts';
import type { Design } from '../../../../tools/coverage/studies.ts';
import { selectRows } from '../../observations/select-rows.ts';
import { lawById } from '../catalogue/index.ts';
import { fitLaw } from '../fit/fit-law.ts';
import { likelihoodOf } from './likelihood.ts';
import { testMisspecification } from './misspecification.ts';
import type { Misspecification } from './misspecification.ts';
import { profileForecast } from './profile-intervals.ts';

const SQUARES = { kind: 'least-squares', residual: 'log' } as const;

function tested(design: Design, index: number): Misspecification {
  const { data } = drawStudy(design, 5, index);
  return testMisspecification(likelihoodOf(fitLaw(lawById('chinchilla'), data, { objective: SQUARES }), data), data);
}

const DESIGN: Design = { grid: [5, 5], noise: 'two seeds', truths: 'box' };
const TRIALS = 30;
const refuted = (design: Design): number =>
  Array.from({ length: TRIALS }, (_, index) => tested(design, index)).filter(({ isRefuted }) => isRefuted).length;

describe('testMisspecification', () => {
  it('seldom contradicts a law that holds, and sees a bend of 8 % at the ends in either direction', () => {
    expect(refuted(DESIGN)).toBeLessThanOrEqual(3);
    expect(refuted({ ...DESIGN, bend: 0.08 })).toBeGreaterThanOrEqual(TRIALS - 2);
    expect(refuted({ ...DESIGN, bend: -0.08 })).toBeGreaterThanOrEqual(TRIALS - 2);
  });

  it('names the test and widens the forecast', () => {
    const bent = drawStudy({ ...DESIGN, bend: 0.08 }, 5, 1);
    const straight = drawStudy(DESIGN, 5, 1);
    const width = ({ data, at }: typeof bent): number => {
      const fit = fitLaw(lawById('chinchilla'), data, { objective: SQUARES });
      const [{ low, high }] = profileForecast(fit, data, at).newRun;
      return Math.log(high / low);
    };
    expect(tested({ ...DESIGN, bend: 0.08 }, 1).sentence).toMatch(/^The runs contradict the law: .* \(p < \.0001\)\.$/);
    expect(tested(DESIGN, 1).sentence).toMatch(/^No structure is seen/);
    expect(width(bent)).toBeGreaterThan(2 * width(straight));
  });

  it('says so where there are too few runs', () => {
    const { data } = drawStudy({ ...DESIGN, noise: 'one seed', grid: [3, 3] }, 5, 1);
    const table = selectRows(data, [0, 1, 4, 5, 6, 8]);
    const fit = fitLaw(lawById('chinchilla'), table, { objective: SQUARES });
    const around = { ...likelihoodOf(fit, table), degreesOfFreedom: 1 };
    expect(testMisspecification(around, table).sentence).toMatch(/^Too few runs/);
  });
});
