import type { ObservationalLaw } from '../../core/laws/downstream/observational.ts';
import { percent, scientific, shortened, table } from './format.ts';
import { wrap } from './wrap.ts';

/** Held-out models shown. */
const SHOWN = 12;
const LONGEST_NAME = 30;

const SENTENCES: Readonly<Record<ObservationalLaw['verdict'], string>> = {
  holds: 'The benchmark scores forecast larger models better than compute alone and than the last value.',
  'no better than compute': 'Compute alone forecasts larger models as well: the scores add nothing here.',
  'no better than the last value': 'The last value forecasts larger models as well: there is no law to use here.',
};
const LEAST_COVERAGE = 0.8;

const three = (value: number): string => value.toFixed(3);

/** An observational law and its check, within 80 columns. */
export function observeText(law: ObservationalLaw, scores: readonly string[], leftOut: number): string {
  const { capabilities, imputation, errors, heldOut, coverage, trained, cutoff, verdict } = law;
  const [missing, cells] = capabilities.missing;
  const components = capabilities.explained.map((share, k) => `PC${k + 1} ${percent(share, 1)}`).join(', ');
  const rows = [
    ['from benchmark scores', three(errors.capabilities), heldOut.length],
    ['from compute alone', three(errors.compute), heldOut.length],
    ['last value carried forward', three(errors.lastValue), heldOut.length],
    ...(errors.family ? [['from the compute of the family', three(errors.family.error), errors.family.models]] : []),
  ].map((row) => row.map(String));
  return [
    ...wrap(
      `${trained} models up to ${scientific(cutoff)} FLOPs; ${heldOut.length} dearer ones held out` +
        (leftOut > 0 ? `; ${leftOut} left out (no compute, no target or no partner)` : ''),
    ),
    '',
    ...wrap(`Components of ${scores.join(', ')}: ${components} of the variance`),
    ...wrap(
      `  ${missing} of ${cells} scores are missing; hidden ones are filled in with an error of ${three(imputation.components)} (by the benchmark's mean: ${three(imputation.means)})`,
    ),
    '',
    'Root mean square error on the held-out models',
    table(['', 'error', 'models'], rows),
    ...wrap(`${percent(coverage, 1)} of them lie inside their 95 % interval.`),
    ...wrap(SENTENCES[verdict]),
    ...(coverage < LEAST_COVERAGE
      ? wrap('Beware: the intervals are too narrow beyond the cutoff: larger models are not like the smaller ones.')
      : []),
    '',
    heldOutTable(law),
  ].join('\n');
}

function heldOutTable({ heldOut }: ObservationalLaw): string {
  const dearest = heldOut.slice(-SHOWN).toReversed();
  return table(
    ['held out', 'FLOPs', 'came', 'expected', '95 %'],
    dearest.map(({ name, flops, target, expected, interval }) => [
      shortened(name, LONGEST_NAME),
      scientific(flops),
      three(target),
      three(expected),
      `${three(interval.low)} to ${three(interval.high)}`,
    ]),
  );
}
