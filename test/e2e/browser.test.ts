import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../src/core/laws/index.ts';
import { exp } from '../../src/core/math/elementary.ts';
import { Random } from '../../src/core/math/random.ts';
import { CHROMIUM, inChromiumWorker } from '../support/chromium.ts';
import { fitDigits } from '../support/fit-digits.ts';
import type { DigitsCase } from '../support/fit-digits.ts';
import { designOf, drawTruth, objectiveFor, tableOf, TRUTHS } from '../support/truths.ts';

const WORKER = `
import { fitDigits } from '/test/support/fit-digits.ts';
let eval_ = 'allowed';
try { new Function('return 1')(); } catch { eval_ = 'refused'; }
const cases = await (await fetch('/input.json')).json();
postMessage({ eval: eval_, digits: cases.map(fitDigits) });
`;
const NOISE = 0.01;
const DRAWS = 3;
const KINDS = ['huber', 'least-squares', 'cauchy', 'asymmetric'] as const;

/** A law of the catalogue on noisy data of its own; the kinds of objective take turns. */
function catalogueCase(id: string, index: number): DigitsCase {
  const law = CATALOGUE.find((one) => one.id === id)!;
  const box = TRUTHS[id];
  const design = designOf(law, box);
  const random = new Random(11, index);
  const data = tableOf(law, design, drawTruth(law, box, design, random), NOISE, random);
  const { residual } = objectiveFor(law, data);
  const columns = Object.fromEntries(Object.entries(data.columns).map(([name, values]) => [name, [...values]]));
  return { law: id, objective: { kind: KINDS[index % KINDS.length], residual, delta: 0.01 }, columns, draws: DRAWS };
}

function ownCase(): DigitsCase {
  const random = new Random(12);
  const steps = Array.from({ length: 40 }, (_, k) => 100 * 1.2 ** k);
  const loss = steps.map((step) => 2 + 3 / (1 + step / 1e4) ** 0.5 + NOISE * random.normal());
  return {
    law: 'own',
    formula: 'E + A / (1 + steps / S)^alpha',
    objective: { kind: 'huber', residual: 'log', delta: exp(-7) },
    columns: { steps, loss },
    draws: DRAWS,
  };
}

describe.skipIf(CHROMIUM === undefined)('core in a browser (skipped where no Chromium is found)', () => {
  it('fits every law of the catalogue, and a formula of one’s own, to the digits of Node, without eval', async () => {
    const cases = [...CATALOGUE.map(({ id }, index) => catalogueCase(id, index)), ownCase()];
    const answer = await inChromiumWorker(CHROMIUM!, WORKER, cases);
    expect(answer).not.toHaveProperty('error');
    const { eval: evaluation, digits } = answer as { eval: string; digits: string[] };
    expect(evaluation).toBe('refused');
    expect(digits).toHaveLength(cases.length);
    for (const [index, one] of cases.entries()) expect(digits[index], one.law).toBe(fitDigits(one));
  });
});
