import { comparisonFigures } from '../../../core/report/comparison-figure.ts';
import type { ComparisonResult } from '../../../core/schema/comparison-result.ts';
import type { Page } from '../../../draw/html.ts';
import { LIGHT } from '../../../draw/palette.ts';
import { renderSvg, tickText } from '../../../draw/svg.ts';
import { writePage } from '../write-page.ts';
import { gridEndWarnings } from './grid-ends.ts';

type Row = ComparisonResult['candidates'][number];

/** Writes comparison.json, report.html and the figures into the folder of a comparison. */
export const writeComparison = (folder: string, result: ComparisonResult): void =>
  writePage(folder, pageOf(result), 'comparison.json', result);

const short = (value: number): string => tickText(Number(value.toPrecision(3)));

function pageOf(result: ComparisonResult): Page {
  const best = result.candidates.find(({ name }) => name === result.best);
  return {
    title: `${result.name}: ${result.candidates.length} models compared`,
    headline: best
      ? [{ label: 'First', value: best.name, note: `${result.judgedBy} ${scoreText(best, result)}`, tone: 'actual' }]
      : [],
    notes: [result.verdict, ...gridEndWarnings(result), ...result.candidates.flatMap(({ failures }) => failures)],
    figures: comparisonFigures(result).map((figure) => ({ figure, svg: renderSvg(figure, LIGHT) })),
    tables: [candidatesTable(result), tuningTable(result)].filter(({ rows }) => rows.length > 0),
    card: [
      ['Equal', result.equal === 'flops' ? 'training FLOPs of every run' : 'passes over the data'],
      [
        'Tuned',
        'learning rate, each candidate by itself, on the validation part, with a seed that is not among those judged',
      ],
      ['Judged on', 'the held-out part, once a run, after the last step'],
      ['Test', "Welch's t-test of each candidate against the first, two-sided, corrected after Holm"],
    ],
    footer: `Made by isoflop on ${result.madeAt}. FLOPs as they run (2 x multiply-accumulates).`,
  };
}

function scoreText({ mean, error }: Row, { judgedBy }: ComparisonResult): string {
  if (mean === null) return '–';
  const text = (value: number): string =>
    judgedBy === 'accuracy' ? `${(100 * value).toFixed(2)} %` : String(Number(value.toPrecision(4)));
  return error === null ? text(mean) : `${text(mean)} ± ${text(error)}`;
}

function candidatesTable(result: ComparisonResult): Page['tables'][number] {
  return {
    title: 'Candidates, the best first',
    header: [
      'candidate',
      'params',
      'FLOPs a prediction',
      'FLOPs a run',
      'epochs',
      'learning rate',
      result.judgedBy,
      'loss',
      'p',
      'seconds',
      'on the front',
    ],
    rows: result.candidates.map((row) => [
      row.name,
      short(row.params),
      short(row.forwardFlops),
      short(row.trainingFlops),
      row.epochs.toFixed(1),
      row.learningRate.toPrecision(3),
      scoreText(row, result),
      row.loss?.toFixed(4) ?? '–',
      row.name === result.best ? '–' : (row.p?.toFixed(3) ?? '–'),
      row.seconds === null ? '–' : row.seconds.toFixed(0),
      row.onFront ? 'yes' : 'no',
    ]),
  };
}

function tuningTable({ candidates }: ComparisonResult): Page['tables'][number] {
  return {
    title: 'Tuning',
    header: ['candidate', 'learning rate', 'validation loss', 'taken'],
    rows: candidates.flatMap((row) =>
      row.tried.map(({ learningRate, loss }) => [
        row.name,
        learningRate.toPrecision(3),
        loss?.toFixed(4) ?? 'failed',
        learningRate === row.learningRate ? 'yes' : '',
      ]),
    ),
  };
}
