import type { ComparisonResult } from '../../core/schema/comparison-result.ts';
import { gridEndWarnings } from '../study/comparison/grid-ends.ts';
import { compact, percent, shortened, significant, table } from './format.ts';
import { wrap } from './wrap.ts';

type Row = ComparisonResult['candidates'][number];

/** Letters of a name that leave the table within 80 columns. */
const NAME = 18;

/** What a comparison came to, for people, within 80 columns. */
export function comparisonText(result: ComparisonResult): string {
  const rows = result.candidates.map((row) => [
    `${row.onFront ? '*' : ' '} ${shortened(row.name, NAME)}`,
    compact(row.params),
    compact(row.forwardFlops),
    row.epochs.toFixed(1),
    row.learningRate.toPrecision(2),
    scoreText(row, result),
    row.name === result.best ? '-' : (row.p?.toFixed(3) ?? '-'),
    row.seconds === null ? '-' : row.seconds.toFixed(0),
  ]);
  const header = ['  candidate', 'params', 'FLOPs', 'epochs', 'rate', result.judgedBy, 'p', 's'];
  const parts = [
    `${result.name}: equal ${result.equal === 'flops' ? 'training FLOPs' : 'epochs'}, the best first`,
    table(header, rows),
    '* no other is better in score, parameters and FLOPs of a prediction at once',
    wrap(`${result.verdict}${chosenText(result)}`).join('\n'),
    ...gridEndWarnings(result).map((warning) => wrap(warning).join('\n')),
    ...result.candidates.flatMap(({ failures }) => failures).flatMap((failure) => wrap(`Failed: ${failure}`)),
  ];
  return parts.join('\n\n');
}

function scoreText({ mean, error }: Row, { judgedBy }: ComparisonResult): string {
  if (mean === null) return '-';
  const text = (value: number): string => (judgedBy === 'accuracy' ? percent(value, 2) : significant(value, 4));
  return error === null ? text(mean) : `${text(mean)} ± ${text(error)}`;
}

const chosenText = ({ best, chosen }: ComparisonResult): string =>
  chosen === best ? '' : chosen === null ? ' None keeps to the constraints.' : ` Within the constraints: ${chosen}.`;
