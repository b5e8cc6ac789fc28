import { BUDGET_TOLERANCE } from '../../core/laws/isoflop/budgets.ts';
import type { CountAudit } from '../../core/laws/isoflop/audit.ts';
import type { Approach } from '../../core/laws/isoflop/approach.ts';
import type { Optima } from '../../core/laws/isoflop/optima.ts';
import type { Estimate } from '../../core/laws/isoflop/optimum-line.ts';
import { biasInWords } from '../../core/laws/isoflop/parabola-bias.ts';
import { log } from '../../core/math/elementary.ts';
import type { CostLaw } from '../../core/laws/isoflop/surface-optimum.ts';
import { compact, scientific, table } from './format.ts';
import { wrap } from './wrap.ts';

const NAMES: Readonly<Record<Approach['id'], string>> = {
  envelope: '1 envelope',
  parabola: '2 parabolas',
  surface: '3 surface, log Huber',
  projection: '  surface, squares',
};
/** Beyond so many times the dearest run the answer is a guess. */
const FAR = 100;
/** Refused profiles that are shown one by one. */
const SHOWN_REFUSALS = 6;
/** A cost law that misses a run's flops by more is worth a word. */
const LARGE_DEPARTURE = 0.05;

const range = ({ interval }: Estimate, digits: (value: number) => string): string =>
  interval ? `${digits(interval.low)} to ${digits(interval.high)}` : '(none)';
const exponent = (value: number): string => value.toFixed(3);

/** The approaches side by side, within 80 columns. */
export function optimaText(optima: Optima): string {
  const { flops, reach, approaches, disagreement, parabolaBias, cost } = optima;
  const rows = approaches.flatMap(({ id, answer }) =>
    answer
      ? [
          [
            NAMES[id],
            exponent(answer.exponents.params.value),
            range(answer.exponents.params, exponent),
            compact(answer.params.value),
            range(answer.params, compact),
            compact(answer.tokens.value),
          ],
        ]
      : [],
  );
  const refused = approaches.flatMap(({ id, refusal }) =>
    refusal === undefined ? [] : wrap(`${NAMES[id].trim()}: no answer; ${refusal}.`),
  );
  const bias = parabolaBias
    ? `On this very grid parabolas without noise would find ${biasInWords(parabolaBias)} (if the fitted surface is true).`
    : 'The bias of the parabolas on this grid cannot be simulated: under three budgets.';
  return [
    `Best split of ${scientific(flops)} FLOPs, ${reach.toPrecision(3)} times the dearest run`,
    '',
    table(['approach', 'a', '95 %', 'params', '95 %', 'tokens'], rows),
    ...refused,
    '',
    ...wrap(disagreement.sentence),
    ...wrap(bias),
    ...(leavesBiasOut(optima) ? wrap('Beware: the interval of the parabolas leaves this bias out.') : []),
    ...(reach > FAR
      ? wrap('Beware: the budget lies far beyond the runs; lines that differ a little end far apart.')
      : []),
    ...(optima.envelope.of === 'curves'
      ? wrap('Beware: the envelope takes checkpoints as they are; one whose schedule has not ended lies too high.')
      : []),
    ...profileLines(optima),
    ...wrap(`a: params ~ FLOPs^a. ${costText(cost)}`),
  ].join('\n');
}

/** Whether the bias is worth more than half of the half-width of the parabolas' interval. */
function leavesBiasOut({ approaches, parabolaBias }: Optima): boolean {
  const interval = approaches.find(({ id }) => id === 'parabola')?.answer?.params.interval;
  if (!interval || !parabolaBias) return false;
  return Math.abs(log(1 + parabolaBias.params)) > log(interval.high / interval.low) / 4;
}

function profileLines({ profiles, envelope }: Optima): string[] {
  const refused = profiles.filter(({ refusal }) => refusal !== undefined);
  const found = profiles.length - refused.length;
  const edge =
    envelope.atEdge > 0
      ? ` Of the envelope ${envelope.atEdge} points are refused: the smallest or largest size wins.`
      : '';
  return [
    '',
    ...wrap(
      `Budgets (flops within ${100 * BUDGET_TOLERANCE} %): ${found} of ${profiles.length} parabolas have a minimum.${edge}`,
    ),
    ...refused
      .slice(0, SHOWN_REFUSALS)
      .flatMap(({ flops, points, refusal }) =>
        wrap(`  ${scientific(flops)}, ${points.length} runs: ${refusal}`, '    '),
      ),
    ...(refused.length > SHOWN_REFUSALS ? [`  and ${refused.length - SHOWN_REFUSALS} more`] : []),
  ];
}

function costText({ factor, paramsPower, tokensPower, departure }: CostLaw): string {
  if (factor === 6 && paramsPower === 1 && tokensPower === 1) return 'FLOPs = 6 x params x tokens.';
  const law = `FLOPs = ${scientific(factor)} x params^${exponent(paramsPower)} x tokens^${exponent(tokensPower)}`;
  const warning = departure > LARGE_DEPARTURE ? `, which misses a run by up to ${(100 * departure).toFixed(0)} %` : '';
  return `${law} through the table's own${warning}.`;
}

/** The exponents under each count, within 80 columns. */
export function auditText(audits: readonly CountAudit[], runs: number): string {
  const rows = audits.map(({ params, flops, cost, exponents, change }, index) => [
    params,
    flops,
    exponent(exponents.params.value),
    range(exponents.params, exponent),
    exponent(exponents.tokens.value),
    index === 0 ? '' : `${change >= 0 ? '+' : ''}${exponent(change)}`,
    cost.departure > LARGE_DEPARTURE ? `${(100 * cost.departure).toFixed(0)} %` : '',
  ]);
  const departs = rows.some((row) => row.at(-1) !== '');
  const shown = departs ? rows : rows.map((row) => row.slice(0, -1));
  const header = ['params', 'FLOPs', 'a', '95 %', 'b', 'change of a', ...(departs ? ['cost off by'] : [])];
  return [
    `The same ${runs} runs under each count of parameters and FLOPs (approach 3)`,
    '',
    table(header, shown),
    '',
    ...wrap('a: best params ~ FLOPs^a; b: best tokens ~ FLOPs^b. A law holds for its own count only.'),
    ...(departs
      ? wrap(
          'Cost off by: these FLOPs are no power law of these parameters and tokens; the exponents are those of the nearest one.',
        )
      : []),
  ].join('\n');
}
