import type { ComparisonResult } from '../schema/comparison-result.ts';
import type { Figure, Mark } from './figure.ts';

type Row = ComparisonResult['candidates'][number];
type Scored = Row & { readonly mean: number };

const LABELS: Readonly<Record<ComparisonResult['judgedBy'], string>> = {
  accuracy: 'held-out accuracy (%)',
  rmse: "held-out error (rmse, in the target's unit)",
  loss: 'held-out loss (nats)',
};
/** Height of the line through a mean, in rows. */
const THIN = 0.06;

const scored = ({ candidates }: ComparisonResult): Scored[] =>
  candidates.filter((row): row is Scored => row.mean !== null);
const factorOf = ({ judgedBy }: ComparisonResult): number => (judgedBy === 'accuracy' ? 100 : 1);

/** The pictures of a comparison: every seed of every candidate, and the score against the parameters. */
export const comparisonFigures = (result: ComparisonResult): Figure[] =>
  scored(result).length > 0 ? [seedsFigure(result), sizeFigure(result)] : [];

function seedsFigure(result: ComparisonResult): Figure {
  const rows = scored(result);
  const factor = factorOf(result);
  const marks = rows.flatMap(({ name, mean, error, scores }, y): Mark[] => [
    ...(error === null
      ? []
      : [
          {
            kind: 'bar',
            y,
            from: factor * (mean - error),
            to: factor * (mean + error),
            thickness: THIN,
            ink: 'muted',
          } as const,
        ]),
    { kind: 'dots', points: scores.map((score) => ({ x: factor * score, y })), ink: 'muted' },
    { kind: 'dots', points: [{ x: factor * mean, y }], ink: name === result.best ? 'prediction' : 'law' },
  ]);
  return {
    id: 'candidates',
    title: 'Every candidate, every seed',
    caption: `Pale dots are seeds, the dark one their mean, the line its standard error. ${result.verdict}`,
    x: { label: LABELS[result.judgedBy], scale: 'linear' },
    y: { label: '', scale: 'linear' },
    rows: rows.map(({ name }) => name),
    marks,
  };
}

type Side = Extract<Mark, { kind: 'label' }>['side'];
type Point = { readonly x: number; readonly y: number };

/** Share of the height that a line of text takes. */
const LINE = 0.05;

/** Labels stand on the side of the middle, where there is room; those at one height of near points go above and below. */
function labelSides(points: readonly Point[]): Side[] {
  const [xs, ys] = [points.map(({ x }) => Math.log(x)), points.map(({ y }) => y)];
  const height = Math.max(...ys) - Math.min(...ys) || 1;
  const middle = (Math.min(...xs) + Math.max(...xs)) / 2;
  const placed: Side[] = [];
  for (const index of points.keys()) {
    const natural: Side = xs[index] > middle ? 'left' : 'right';
    const near = placed.filter(
      (_, other) => Math.abs(ys[other] - ys[index]) < LINE * height && xs[other] > middle === xs[index] > middle,
    );
    placed.push(([natural, 'above', 'below'] as const).find((side) => !near.includes(side)) ?? 'right');
  }
  return placed;
}

function sizeFigure(result: ComparisonResult): Figure {
  const rows = scored(result);
  const factor = factorOf(result);
  const at = ({ forwardFlops, mean }: Scored): { x: number; y: number } => ({ x: forwardFlops, y: factor * mean });
  const sides = labelSides(rows.map(at));
  const sideOf = (row: Scored): Side => sides[rows.indexOf(row)];
  const intervals = rows.flatMap((row): Mark[] => {
    const { x, y } = at(row);
    const error = factor * (row.error ?? 0);
    return row.error === null ? [] : [{ kind: 'interval', x, low: y - error, high: y + error, ink: 'muted' }];
  });
  const places = rows.flatMap((row): Mark[] => [
    { kind: 'dots', points: [at(row)], ink: row.onFront ? 'law' : 'muted' },
    { kind: 'label', ...at(row), text: row.name, ink: row.onFront ? 'text' : 'muted', side: sideOf(row) },
  ]);
  return {
    id: 'front',
    title: 'What a prediction costs',
    caption: 'Dark: no other candidate is better in score, parameters and operations at once.',
    x: { label: 'FLOPs of one prediction', scale: 'log' },
    y: { label: LABELS[result.judgedBy], scale: 'linear' },
    marks: [...intervals, ...places],
  };
}
