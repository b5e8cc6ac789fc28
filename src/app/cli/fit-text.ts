import { DEFAULT_DELTA, DEFAULT_RATIO } from '../../core/laws/fit/objective.ts';
import type { FitDocument } from './fit-document.ts';
import { significant, table } from './format.ts';
import { endsWithoutLaw } from './no-law.ts';
import { recordsLines } from './records-text.ts';
import { wrap } from './wrap.ts';

/** From here on a number is written with its exponent. */
const LONG = 1e9;
/** Where laws bound what nothing else bounds. */
const NO_LIMIT = 1e300;

/** Six digits. */
const digits = (value: number): string =>
  Math.abs(value) < LONG ? significant(value, 6) : Number(value.toPrecision(6)).toExponential().replace('e+', 'e');

/** A fit as a person reads it, within 80 columns. */
export function fitText(fit: FitDocument): string {
  const { law, exclusions, diagnostics } = fit;
  const rows = law.parameters.map(({ name, unit }) => [
    name,
    digits(fit.parameters[name]),
    intervalText(fit, name),
    unit,
  ]);
  const isLaw = !endsWithoutLaw(fit);
  return [
    ...(isLaw ? [] : noLawText(fit)),
    law.title,
    `  ${law.response} = ${law.formula}`,
    ...wrap(`  ${law.source}`),
    '',
    table(['', isLaw ? 'value' : 'not to be used', `95 % (${fit.intervalMethod})`, 'unit'], rows),
    '',
    ...wrap(objectiveText(fit)),
    ...(fit.weights === undefined ? [] : [`  rows weighted by '${fit.weights}' over its mean`]),
    ...recordsLines(fit.n, exclusions, fit.notes),
    ...(fit.conventions.flops === '6ND' ? ['  flops = 6 x params x tokens gave the column that is missing'] : []),
    '',
    ...(isLaw ? statusText(fit) : []),
    ...noiseText(fit),
    ...(isLaw && fit.misspecification ? wrap(fit.misspecification.sentence) : []),
    `Condition ${diagnostics.condition.toPrecision(2)}, scale-free gradient ${diagnostics.gradientNorm.toPrecision(1)}.`,
    ...correlationText(fit),
    ...(law.caution ? wrap(`Beware: ${law.caution}`) : []),
  ].join('\n');
}

/** Stands first where the fit ended without a law. */
const noLawText = (fit: FitDocument): string[] => [
  `No law: the fit ended '${fit.status.end}'. The numbers below are not to be used.`,
  ...statusText(fit).map((line) => `  ${line}`),
  '',
];

const statusText = ({ status }: FitDocument): string[] => [
  ...wrap(status.sentence),
  ...(status.remedy ? wrap(`  ${status.remedy}`) : []),
];

/** The two parameters that the data tell apart worst. */
function correlationText({ law, diagnostics }: FitDocument): string[] {
  const pairs = diagnostics.correlations.flatMap((row, i) => row.slice(0, i).map((value, j) => ({ value, i, j })));
  const [worst] = pairs.toSorted((a, b) => Math.abs(b.value) - Math.abs(a.value));
  if (!worst || worst.value === 0) return [];
  const [a, b] = [worst.j, worst.i].map((index) => law.parameters[index].name);
  return [`Strongest correlation: ${a} with ${b}, ${worst.value.toFixed(3)} (in the coordinates of the search).`];
}

function intervalText({ intervals, diagnostics }: FitDocument, name: string): string {
  const interval = intervals[name];
  if (interval && interval.high >= NO_LIMIT)
    return interval.low > 0 ? `above ${digits(interval.low)}` : '(not determined)';
  if (interval) return `${digits(interval.low)} to ${digits(interval.high)}`;
  return diagnostics.boundsHit.includes(name) ? '(at its bound)' : '(not determined)';
}

/** What the rows were weighed by. */
function noiseText({ noise, objectiveKind }: FitDocument): string[] {
  if (!noise) return [];
  const part = (value: number): string =>
    objectiveKind.residual === 'log' ? `${(100 * value).toPrecision(2)} %` : value.toPrecision(2);
  return wrap(`Rows weighed by noise: ${part(noise.run)} of a run, ${part(noise.evaluation)} of an evaluation.`);
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
