import { forecastSelected } from '../laws/index.ts';
import type { Observations } from '../laws/index.ts';
import type { Selection, SelectionCandidate } from '../terms/selection.ts';
import type { Figure, Mark, Point } from './figure.ts';
import { geometric } from './grid.ts';

/** Points of a drawn forecast. */
const GRID = 24;

/** A selection as a picture: the curve carried on where all laws have one variable, else the errors of the candidates. */
export function selectionFigure(selection: Selection, data: Observations): Figure {
  const isCurve = selection.laws.every(({ variables }) => variables.length === 1 && variables[0] === selection.axis);
  return isCurve ? curveFigure(selection, data) : errorsFigure(selection);
}

function curveFigure(selection: Selection, data: Observations): Figure {
  const { axis, response, largestCost, reach, objective } = selection;
  const seen = [...data.columns[axis]].map((x, row): Point => ({ x, y: data.columns[response][row] }));
  const grid = Float64Array.from(geometric(largestCost, largestCost * reach, GRID));
  const line = (name: string): Point[] => {
    const values = forecastSelected(selection, { [axis]: grid }, GRID, name);
    return [...grid].map((x, index) => ({ x, y: values[index] }));
  };
  const laws = selection.candidates.filter(({ kind, error }) => kind === 'anchored-law' && error !== null);
  const best = line(selection.selected);
  return {
    id: 'selection',
    title: 'The curve, and what each candidate makes of it',
    caption: `Dashed: the last value. Thin: laws through it. Bold: ${selection.selected}, which was selected. ${selection.sentence}`,
    x: { label: axis, scale: 'log' },
    y: { label: response, scale: objective.residual },
    marks: [
      ...laws.map(({ name }): Mark => ({ kind: 'line', points: line(name), ink: 'muted' })),
      { kind: 'line', points: line('last value'), ink: 'baseline', dashed: true },
      { kind: 'dots', points: seen.filter(({ x }) => x > 0), ink: 'text' },
      { kind: 'line', points: best, ink: 'prediction', bold: true },
      { kind: 'label', ...best.at(-1)!, text: best.at(-1)!.y.toPrecision(3), ink: 'prediction', side: 'right' },
    ],
  };
}

function errorsFigure(selection: Selection): Figure {
  const tried = selection.candidates.filter((one): one is SelectionCandidate & { ratio: number } => one.ratio !== null);
  const marks = tried.map(({ name, kind, ratio }, y): Mark => {
    const ink = kind === 'last-value' ? 'baseline' : 'law';
    return { kind: 'dots', points: [{ x: ratio, y }], ink: name === selection.selected ? 'prediction' : ink };
  });
  const level = [-0.5, tried.length - 0.5].map((y): Point => ({ x: 1, y }));
  return {
    id: 'selection',
    title: 'Held-out error of each candidate',
    caption: `Times the error of the last value carried forward (line), on the same rows. ${selection.sentence}`,
    x: { label: 'error over that of the last value', scale: 'log' },
    y: { label: '', scale: 'linear' },
    rows: tried.map(({ name }) => name),
    marks: [{ kind: 'line', points: level, ink: 'baseline' }, ...marks],
  };
}
