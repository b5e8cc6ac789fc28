import type { Multiplier, RecipeComparison } from '../../core/plan/multiplier.ts';
import { counted } from '../../core/terms/names.ts';
import { scientific, table } from './format.ts';
import { wrap } from './wrap.ts';

/** A comparison with the names of its recipes. */
export interface NamedComparison {
  readonly base: string;
  readonly other: string;
  /** Rows of each. */
  readonly runs: readonly [base: number, other: number];
  readonly comparison?: RecipeComparison;
  /** Why there is none. */
  readonly refusal?: string;
}

const times = (value: number): string => {
  if (value === Infinity) return 'never';
  return Number.isNaN(value) ? '-' : value.toPrecision(3);
};
const range = (interval: Multiplier['delta']): string =>
  interval ? `${times(interval.low)} to ${times(interval.high)}` : '-';

/** A recipe against its base, within 80 columns. */
export function comparisonText({ base, other, runs, comparison, refusal }: NamedComparison): string {
  const title = wrap(`${other} (${counted(runs[1], 'row')}) against ${base} (${counted(runs[0], 'row')})`);
  if (!comparison) return [...title, ...wrap(`  no answer: ${refusal}`)].join('\n');
  const { law, test, constant, at } = comparison;
  const rows = at.map(({ loss, flops, multiplier, isExtrapolated }) => [
    loss.toPrecision(4),
    flops.base === Infinity ? 'never' : scientific(flops.base),
    flops.other === Infinity ? 'never' : scientific(flops.other),
    times(multiplier.value),
    range(multiplier.delta),
    range(multiplier.bootstrap),
    isExtrapolated ? 'beyond runs' : '',
  ]);
  const shown = rows.some((row) => row.at(-1) !== '') ? rows : rows.map((row) => row.slice(0, -1));
  const header = ['loss', 'base', 'other', 'times', '95 % delta', 'resampled', 'where'].slice(0, shown[0].length);
  return [
    ...title,
    '',
    ...wrap(verdictText(base, other, test, constant)),
    '',
    `A law for each recipe (${law}): FLOPs to a loss, base over other`,
    table(header, shown),
    ...(at.some(({ isExtrapolated }) => isExtrapolated)
      ? wrap('Beware: at least one recipe has no run on one side of these losses.')
      : []),
  ].join('\n');
}

function verdictText(
  base: string,
  other: string,
  { pValue, f, degrees, isConstant }: RecipeComparison['test'],
  constant: Multiplier | null,
): string {
  const p = pValue < 1e-3 ? pValue.toExponential(0) : pValue.toFixed(3);
  const test = `(F ${f.toPrecision(3)} with ${degrees.join(' and ')} degrees, p ${p})`;
  if (!constant) return 'One law for both recipes is not determined: see the law of each.';
  if (!isConstant) {
    return `The recipes do not share an exponent and floor ${test}: the multiplier changes with scale, see the table.`;
  }
  const intervals = `${range(constant.delta)} by delta, ${range(constant.bootstrap)} by resampled runs`;
  return (
    `${base} needs ${times(constant.value)} times the compute of ${other} for the same loss (95 %: ${intervals}). ` +
    `One multiplier at every scale fits the runs as well as a law for each ${test}.`
  );
}
