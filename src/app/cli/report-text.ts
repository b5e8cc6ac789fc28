import { outcomeOf } from '../../core/report/document.ts';
import type { StudyReport } from '../../core/report/document.ts';
import { compact, scientific, table } from './format.ts';

const percent = (share: number, digits = 2): string => `${share >= 0 ? '+' : ''}${(100 * share).toFixed(digits)} %`;

/** A finished study as text for a terminal of 80 columns. */
export function reportText(report: StudyReport): string {
  return [ladderText(report), lawText(report), predictionText(report)].filter(Boolean).join('\n\n');
}

function ladderText({ ladder, hero }: StudyReport): string {
  const rows = [...ladder, ...(hero ? [hero] : [])].map((row) => [
    row.id,
    compact(row.params),
    compact(row.tokens),
    scientific(row.flops),
    row.loss?.toFixed(4) ?? '-',
    row.lossError?.toFixed(4) ?? '-',
    row.excluded === null ? '' : row.state,
  ]);
  return table(['run', 'params', 'tokens', 'FLOPs', 'loss', '+-', ''], rows);
}

function lawText({ fits, surface, allocation }: StudyReport): string {
  const lines = [...fits.slice(0, 1), ...(surface ? [surface] : [])].map((fit) => {
    const values = Object.entries(fit.parameters).map(([name, value]) => `${name} ${Number(value.toPrecision(5))}`);
    return `Law: loss = ${fit.law.formula}\n     ${values.join(', ')}\n     ${fit.status.sentence}`;
  });
  if (allocation) {
    lines.push(
      `Best split of ${scientific(allocation.flops)} FLOPs: ${compact(allocation.params)} parameters, ${compact(allocation.tokens)} tokens\n     (from ${allocation.source})`,
    );
  }
  return lines.join('\n');
}

function predictionText(report: StudyReport): string {
  const { prediction, refusal } = report;
  if (!prediction) return refusal === null ? '' : `No prediction: ${refusal}.`;
  const [narrow, wide] = prediction.intervals;
  const lines = [
    `Predicted   ${prediction.loss.toFixed(4)} nats/token (written down before the hero started, ${prediction.fitHash.slice(0, 12)})`,
    `            90 %: ${narrow.low.toFixed(3)} to ${narrow.high.toFixed(3)}    95 %: ${wide.low.toFixed(3)} to ${wide.high.toFixed(3)}`,
  ];
  const outcome = outcomeOf(report);
  if (outcome) {
    lines.push(
      `Actual      ${outcome.actual.toFixed(4)}    error ${percent(outcome.error)}, ${outcome.insideLevel[95] ? 'inside' : 'OUTSIDE'} the 95 % interval`,
      `Baselines   last value carried forward ${percent(outcome.baselineErrors.lastValue)}, power law of the frontier ${percent(outcome.baselineErrors.frontierPowerLaw)}`,
    );
  } else if (report.hero?.excluded) lines.push(`The hero did not end well: ${report.hero.excluded}`);
  return [...lines, ...report.warnings.map((warning) => `Beware: ${warning}`)].join('\n');
}
