import { figuresOf } from '../../core/report/figures.ts';
import { outcomeOf } from '../../core/report/document.ts';
import type { RunRow, StudyReport } from '../../core/report/document.ts';
import type { Page } from '../../draw/html.ts';
import { LIGHT } from '../../draw/palette.ts';
import { renderSvg, tickText } from '../../draw/svg.ts';

const signed = (share: number): string => `${share >= 0 ? '+' : '−'}${Math.abs(100 * share).toFixed(2)} %`;
const short = (value: number): string => tickText(Number(value.toPrecision(3)));

/** The report of a study as a page. */
export function pageOf(report: StudyReport): Page {
  return {
    title: `${report.study}: a scaling law and its test`,
    headline: headlineOf(report),
    notes: [...(report.refusal ? [`No prediction: ${report.refusal}.`] : []), ...report.warnings],
    figures: figuresOf(report).map((figure) => ({ figure, svg: renderSvg(figure, LIGHT) })),
    tables: [
      runsTable('The ladder', [...report.ladder, ...(report.hero ? [report.hero] : [])]),
      ...lawTables(report),
      runsTable('Tuning', report.tuning),
    ].filter(({ rows }) => rows.length > 0),
    card: report.methods,
    footer: `Made by isoflop on ${report.madeAt}. Losses in nats a token, FLOPs as they run (2 x multiply-accumulates), parameters without look-up tables.`,
  };
}

function headlineOf(report: StudyReport): Page['headline'] {
  const { prediction } = report;
  if (!prediction) return [];
  const [, wide] = prediction.intervals;
  const outcome = outcomeOf(report);
  const predicted = {
    label: 'Predicted before it was trained',
    value: prediction.loss.toFixed(3),
    note: `95 % interval ${wide.low.toFixed(3)} to ${wide.high.toFixed(3)}`,
    tone: 'prediction' as const,
  };
  if (!outcome) return [predicted];
  return [
    predicted,
    {
      label: 'Actual',
      value: outcome.actual.toFixed(3),
      note: `${prediction.reach.toFixed(1)} times the compute of the ladder's largest run`,
      tone: 'actual',
    },
    {
      label: 'Error of the prediction',
      value: signed(outcome.error),
      note: `${outcome.insideLevel[95] ? 'inside' : 'outside'} the 95 % interval; last value carried forward ${signed(outcome.baselineErrors.lastValue)}, power law of the frontier ${signed(outcome.baselineErrors.frontierPowerLaw)}`,
      tone: 'text',
    },
  ];
}

function runsTable(title: string, rows: readonly RunRow[]): Page['tables'][number] {
  return {
    title,
    header: [
      'run',
      'width',
      'params',
      'tokens',
      'FLOPs',
      'steps',
      'learning rate',
      'batch',
      'epochs',
      'loss',
      '±',
      'in the fit',
    ],
    rows: rows.map((row) => [
      row.id,
      String(row.width),
      short(row.params),
      short(row.tokens),
      short(row.flops),
      String(row.steps),
      row.learningRate.toPrecision(3),
      String(row.batchTokens),
      row.repeats.toFixed(2),
      row.loss?.toFixed(4) ?? '–',
      row.lossError?.toFixed(4) ?? '–',
      row.excluded ?? (row.role === 'tune' || row.role === 'hero' ? 'no' : 'yes'),
    ]),
  };
}

function lawTables({ fits, surface, allocation }: StudyReport): Page['tables'] {
  const laws = [...fits, ...(surface ? [surface] : [])].map((fit) => [
    fit.law.title,
    fit.law.formula,
    Object.entries(fit.parameters)
      .map(([name, value]) => `${name} ${Number(value.toPrecision(4))}`)
      .join(', '),
    String(fit.n),
    fit.status.sentence,
  ]);
  const split = allocation && [
    `${short(allocation.flops)} FLOPs`,
    `${short(allocation.params)} parameters, ${short(allocation.tokens)} tokens`,
    allocation.source,
  ];
  return [
    {
      title: 'Laws fitted to the ladder',
      header: ['law', 'loss =', 'values', 'runs', 'how the fit ended'],
      rows: laws,
    },
    {
      title: "Compute-optimal split of the hero's budget",
      header: ['budget', 'split', 'from'],
      rows: split ? [split] : [],
    },
  ];
}
