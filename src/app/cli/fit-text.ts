import { DEFAULT_DELTA, DEFAULT_RATIO } from '../../core/laws/fit/objective.ts';
import type { FitDocument } from './fit-document.ts';
import { table } from './format.ts';

const digits = (value: number): string => String(Number(value.toPrecision(6)));

const WIDTH = 80;

/** Breaks a sentence into lines of at most 80 columns; lines after the first are indented. */
export function wrap(sentence: string, indent = '  '): string[] {
  const lines: string[] = [];
  for (const word of sentence.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= WIDTH) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(lines.length === 0 ? word : indent + word);
  }
  return lines;
}

/** A fit as a person reads it, within 80 columns. */
export function fitText(fit: FitDocument): string {
  const { law, exclusions, diagnostics } = fit;
  const rows = law.parameters.map(({ name, unit }) => [
    name,
    digits(fit.parameters[name]),
    intervalText(fit, name),
    unit,
  ]);
  const reasons = Map.groupBy(exclusions, ({ reason }) => reason.replace(/ \(.*\)$/, ''));
  const left = [...reasons].map(([reason, same]) => `  ${same.length} left out: ${reason}`);
  return [
    law.title,
    `  ${law.response} = ${law.formula}`,
    ...wrap(`  ${law.source}`),
    '',
    table(['', 'value', `95 % (${fit.intervalMethod})`, 'unit'], rows),
    '',
    objectiveText(fit),
    ...left,
    ...(fit.conventions.flops === '6ND' ? ['  flops = 6 x params x tokens gave the column that is missing'] : []),
    '',
    ...wrap(fit.status.sentence),
    ...(fit.status.remedy ? wrap(`  ${fit.status.remedy}`) : []),
    `Condition ${diagnostics.condition.toPrecision(2)}, scale-free gradient ${diagnostics.gradientNorm.toPrecision(1)}.`,
    ...(law.caution ? wrap(`Beware: ${law.caution}`) : []),
  ].join('\n');
}

function intervalText({ intervals, diagnostics }: FitDocument, name: string): string {
  if (diagnostics.boundsHit.includes(name)) return '(at its bound)';
  const interval = intervals[name];
  return interval ? `${digits(interval.low)} to ${digits(interval.high)}` : '(not determined)';
}

function objectiveText({ n, objective, objectiveKind }: FitDocument): string {
  const { kind, residual, delta = DEFAULT_DELTA, ratio = DEFAULT_RATIO } = objectiveKind;
  const name = {
    'least-squares': 'least squares',
    huber: `Huber (delta ${delta})`,
    cauchy: `Cauchy (delta ${delta})`,
    asymmetric: `asymmetric Huber (delta ${delta}, below the law ${ratio} times)`,
  };
  const space = residual === 'log' ? 'the log loss' : 'the loss';
  return `${n} rows; ${name[kind]} of ${space}: ${objective.toPrecision(9)} (sum over rows)`;
}
