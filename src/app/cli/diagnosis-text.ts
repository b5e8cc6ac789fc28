import type { Diagnosis } from '../../core/laws/diagnose/diagnose.ts';
import type { DetectorId, Finding, FindingVerdict } from '../../core/laws/diagnose/finding.ts';
import type { NextDoubling } from '../../core/laws/diagnose/next-doubling.ts';
import type { Observations } from '../../core/terms/observation.ts';
import { countText } from './format.ts';
import { wrap } from './wrap.ts';

/** Columns of the detector's name in the report. */
const NAME = 17;
const MOST_ROWS = 6;

/** A diagnosis as a person reads it, within 80 columns: the verdict, the evidence, what could not be told, what is fine. */
export function diagnosisText(data: Observations, diagnosis: Diagnosis): string {
  const { verdict, findings, nextDoubling, influence, judged } = diagnosis;
  const by = (wanted: FindingVerdict): Finding[] => findings.filter((finding) => finding.verdict === wanted);
  const used = judged.length === data.rows ? `all ${data.rows} rows` : `${judged.length} of ${data.rows} rows`;
  return [
    ...wrap(verdict.sentence, ''),
    '',
    ...(nextDoubling ? [...doublingLines(nextDoubling), ''] : []),
    ...block('Seen', by('alarm'), data),
    ...block('Cannot be told', by('cannot-tell'), data),
    ...block('Fine', by('fine'), data),
    ...unasked(findings),
    ...remedyLines(toHeed(findings)),
    ...wrap(`The verdict is on ${used}.${verdict.scales ? influenceText(influence) : ''}`, ''),
  ].join('\n');
}

function doublingLines({ at, now, after, interval, gain, gainInterval }: NextDoubling): string[] {
  const where = Object.entries(at).map(([name, value]) => `${name} ${countText(value)}`);
  const percent = (share: number): string => (100 * share).toFixed(2);
  return [
    `Twice the scale (${where.join(', ')}), by the law, 95 %:`,
    `  loss ${now.toPrecision(5)} -> ${after.toPrecision(5)}  (${interval.low.toPrecision(5)} to ${interval.high.toPrecision(5)})`,
    `  that is ${percent(gain)} % less  (${percent(gainInterval.low)} to ${percent(gainInterval.high)})`,
  ];
}

function block(title: string, findings: readonly Finding[], data: Observations): string[] {
  if (findings.length === 0) return [];
  const lines = findings.flatMap(({ id, sentence, rows, verdict }) => {
    const [first, ...rest] = wrap(
      `  ${id.padEnd(NAME - 2)}${sentence}${verdict === 'alarm' ? rowsText(rows, data) : ''}`,
      ' '.repeat(NAME),
    );
    return [first, ...rest];
  });
  return [title, ...lines, ''];
}

/** The runs concerned, where they are few enough to name. */
function rowsText(rows: readonly number[], data: Observations): string {
  if (rows.length === 0 || rows.length > MOST_ROWS) return '';
  return ` [${rows.map((row) => data.runs[row]).join(', ')}]`;
}

/** Detectors that need columns which the table may lack. */
const NEEDS: readonly (readonly [DetectorId, string])[] = [
  ['unfinished', 'portion, or steps and totalSteps'],
  ['conventions', 'params, tokens and flops'],
  ['learning-rate', 'learningRate'],
  ['schedules', 'schedule'],
  ['shallow', 'depth'],
];

/** What was not looked for, and the columns that it would take. */
function unasked(findings: readonly Finding[]): string[] {
  const missing = NEEDS.filter(([id]) => findings.every((finding) => finding.id !== id));
  if (missing.length === 0) return [];
  const listed = missing.map(([id, columns]) => `${id} (${columns})`).join('; ');
  return ['Not looked for, since columns are missing or all alike', ...wrap(`  ${listed}`, '  '), ''];
}

/** Findings whose remedy is worth reading: where the loss rises, what else bends no longer matters. */
function toHeed(findings: readonly Finding[]): Finding[] {
  const alarms = findings.filter(({ verdict }) => verdict === 'alarm');
  const rises = alarms.some(({ id }) => id === 'rise' || id === 'peak');
  const open = findings.filter(({ verdict }) => verdict === 'cannot-tell');
  return [...alarms.filter(({ id }) => !rises || (id !== 'steepening' && id !== 'flattening')), ...open];
}

function remedyLines(findings: readonly Finding[]): string[] {
  const remedies = [...new Set(findings.flatMap(({ remedy }) => (remedy === undefined ? [] : [remedy])))];
  if (remedies.length === 0) return [];
  return ['What to do', ...remedies.flatMap((remedy) => wrap(`  - ${remedy}`, '    ')), ''];
}

function influenceText([most]: Diagnosis['influence']): string {
  if (!most) return '';
  const change = 100 * (Math.exp(most.forecastChange) - 1);
  return ` The most influential run is ${most.run}: without it the law's forecast at ten times the scale moves by ${change.toFixed(2)} %.`;
}
