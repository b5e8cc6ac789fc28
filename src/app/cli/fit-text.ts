import { DEFAULT_DELTA } from '../../core/laws/fit/objective.ts';
import type { FitDocument } from './fit-document.ts';
import { table } from './format.ts';

const digits = (value: number): string => String(Number(value.toPrecision(6)));

/** A fit as a person reads it, within 80 columns. */
export function fitText(fit: FitDocument): string {
  const { law, objectiveKind, exclusions, diagnostics } = fit;
  const rows = law.parameters.map(({ name, unit }) => {
    const interval = fit.intervals[name];
    return [
      name,
      digits(fit.parameters[name]),
      interval ? `${digits(interval.low)} to ${digits(interval.high)}` : '(at its bound)',
      unit,
    ];
  });
  const scale = objectiveKind.kind === 'least-squares' ? '' : `, delta ${objectiveKind.delta ?? DEFAULT_DELTA}`;
  const where = objectiveKind.residual === 'log' ? 'the log loss' : 'the loss';
  const reasons = Map.groupBy(exclusions, ({ reason }) => reason.replace(/ \(.*\)$/, ''));
  const left = [...reasons].map(([reason, same]) => `  ${same.length} left out: ${reason}`);
  return [
    `${law.title}:  ${law.response} = ${law.formula}`,
    `  ${law.source}`,
    '',
    table(['', 'value', `95 % (${fit.intervalMethod})`, 'unit'], rows),
    '',
    `${fit.n} rows; ${objectiveKind.kind} of ${where}${scale}; objective ${fit.objective.toPrecision(9)} (sum over rows)`,
    ...left,
    ...(fit.conventions.flops === '6ND'
      ? ['  flops = 6 x params x tokens was used to fill the column that is missing']
      : []),
    `${fit.status.sentence} Condition ${diagnostics.condition.toPrecision(2)}.`,
    ...(fit.status.remedy ? [`  ${fit.status.remedy}`] : []),
    ...(law.caution ? [`Beware: ${law.caution}`] : []),
  ].join('\n');
}
