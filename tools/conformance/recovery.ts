import { CATALOGUE, fitLaw } from '../../src/core/laws/index.ts';
import type { Law } from '../../src/core/laws/index.ts';
import { Random } from '../../src/core/math/random.ts';
import { beyond, designOf, drawTruth, objectiveFor, tableOf, TRUTHS } from '../../test/support/truths.ts';
import type { Check, Section } from './check.ts';

/** Truths of each law. */
const DRAWS = 100;
const LARGEST_ERROR = 1e-6;

/** Relative error of the prediction a decade outside noise-free data, after a fit to them that knows nothing of the truth. */
export function recoveryError(law: Law, seed: number): number {
  const box = TRUTHS[law.id];
  const design = designOf(law, box);
  const random = new Random(seed);
  const truth = drawTruth(law, box, design, random);
  const data = tableOf(law, design, truth);
  const { parameters } = fitLaw(law, data, { objective: objectiveFor(law, data) });
  const found = law.parameters.map(({ name }) => parameters[name]);
  return Math.abs(beyond(law, box, found) / beyond(law, box, truth) - 1);
}

function checkOf(law: Law): Check {
  const errors = Array.from({ length: DRAWS }, (_, index) => recoveryError(law, index + 1));
  return {
    what: `${law.id}: largest error`,
    source: `${DRAWS} random truths`,
    published: LARGEST_ERROR,
    ours: Math.max(...errors),
    by: 'at-most',
    tolerance: 0,
  };
}

/** Every law of the catalogue, recovered from data without noise. Takes minutes. */
export function sections(): Section[] {
  return [{ title: 'Noise-free recovery, a decade outside the data', checks: CATALOGUE.map(checkOf) }];
}
