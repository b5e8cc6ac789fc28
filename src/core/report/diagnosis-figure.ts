import { modelOf } from '../laws/fit/model.ts';
import type { Diagnosis } from '../laws/diagnose/diagnose.ts';
import type { DetectorId } from '../laws/diagnose/finding.ts';
import type { NextDoubling } from '../laws/diagnose/next-doubling.ts';
import type { Fit } from '../terms/fit.ts';
import type { Observations } from '../terms/observation.ts';
import type { Figure, Ink, Mark, Point } from './figure.ts';
import { geometric } from './grid.ts';

const LINE_POINTS = 60;
/** The law is drawn so much further than the runs. */
const BEYOND = 2;
/** Groups of sizes, each with a colour and its law, where there are two variables. */
const MOST_GROUPS = 7;
/** What speaks first, where several shapes depart from the law. */
const SHAPES: readonly DetectorId[] = ['rise', 'peak', 'flat', 'flattening', 'steepening'];
const LEFT_OUT: readonly DetectorId[] = ['outliers', 'diverged', 'unfinished', 'duplicates'];

/**
 * The runs over their scale (two variables: over tokens or samples, coloured by size), the law with its floor, what the next doubling buys, and what departs:
 * runs that were left out are crossed, those of a bend or a rise are orange.
 */
export function diagnosisFigure(data: Observations, diagnosis: Diagnosis): Figure {
  const { variables, findings, verdict, fit, judged, nextDoubling } = diagnosis;
  const axis = variables.at(-1)!;
  const alarmed = (id: DetectorId): readonly number[] =>
    findings.find((finding) => finding.id === id && finding.verdict === 'alarm')?.rows ?? [];
  const leading = verdict.scales ? [] : (SHAPES.map(alarmed).find((rows) => rows.length > 0) ?? []);
  const out = LEFT_OUT.flatMap(alarmed).filter((row) => !judged.includes(row));
  const dots = (rows: readonly number[], ink: Ink, symbol?: 'cross'): Mark => ({
    kind: 'dots',
    points: pointsOf(data, axis, rows),
    ink,
    ...(symbol ? { symbol } : {}),
  });
  const groups = groupsOf(data, variables, judged);
  const marks: Mark[] = [
    ...groups.map(({ rows, ink }) => dots(rows, ink)),
    ...(fit ? groups.map((group) => lawLine(fit, data, group, verdict.scales)) : []),
    ...(fit && verdict.scales ? floorMarks(fit, data, axis, judged) : []),
    dots(leading, 'actual'),
    dots(out, 'actual', 'cross'),
    ...(nextDoubling ? doublingMarks(nextDoubling, axis) : []),
  ];
  return {
    id: 'diagnosis',
    title: `Does it scale? ${verdict.id.replaceAll('-', ' ')}`,
    caption: caption(variables, verdict.scales),
    x: { label: axis, scale: 'log' },
    y: { label: 'loss', scale: 'log' },
    marks: marks.filter((mark) => !('points' in mark) || mark.points.length > 0),
  };
}

function caption(variables: readonly string[], scales: boolean): string {
  const runs = variables.length > 1 ? 'Dots: runs, darker for larger sizes.' : 'Black: runs that were judged.';
  const law = scales ? 'Line: the law; dashed: its floor.' : 'Dashed: the nearest law, which is refused.';
  return `${runs} ${law} Crosses: runs that were left out. Orange: runs that depart from the law.`;
}

function pointsOf({ columns }: Observations, axis: string, rows: readonly number[]): Point[] {
  return rows
    .map((row) => ({ x: columns[axis][row], y: columns.loss[row] }))
    .filter(({ x, y }) => x > 0 && y > 0 && Number.isFinite(x) && Number.isFinite(y));
}

/** Rows that are drawn alike: all, or those of neighbouring sizes. */
interface Group {
  readonly rows: readonly number[];
  readonly ink: Ink;
  readonly lineInk: Ink;
}

function groupsOf(data: Observations, variables: readonly string[], judged: readonly number[]): Group[] {
  if (variables.length === 1) return [{ rows: judged, ink: 'text', lineInk: 'law' }];
  const sizes = data.columns[variables[0]];
  const ordered = judged.toSorted((a, b) => sizes[a] - sizes[b]);
  const count = Math.min(MOST_GROUPS, new Set(ordered.map((row) => sizes[row])).size);
  const groups = Array.from({ length: count }, (_, k) =>
    ordered.slice(Math.round((k * ordered.length) / count), Math.round(((k + 1) * ordered.length) / count)),
  ).filter((rows) => rows.length > 0);
  return groups.map((rows, k) => {
    const ink = { ramp: groups.length > 1 ? k / (groups.length - 1) : 1 };
    return { rows, ink, lineInk: ink };
  });
}

/** The law over the runs of a group, at their middle size; a little further where it may be carried on. */
function lawLine(fit: Fit, data: Observations, { rows, lineInk }: Group, scales: boolean): Mark {
  const columns = fit.law.variables.map((name) => rows.map((row) => data.columns[name][row]));
  const along = columns.at(-1)!;
  const [low, high] = [Math.min(...along), Math.max(...along) * (scales && columns.length === 1 ? BEYOND : 1)];
  const xs = geometric(low, high, LINE_POINTS);
  const held = columns.slice(0, -1).map((values) => values[Math.floor(values.length / 2)]);
  const losses = valuesOf(fit, [...held.map((value) => xs.map(() => value)), xs]);
  const points = losses.map((y, index) => ({ x: xs[index], y }));
  return { kind: 'line', points, ink: lineInk, bold: scales && columns.length === 1, dashed: !scales };
}

/** The floor, where it is near enough to be seen beside the runs. */
function floorMarks(fit: Fit, data: Observations, axis: string, judged: readonly number[]): Mark[] {
  const floor = fit.parameters.E;
  const lowest = Math.min(...judged.map((row) => data.columns.loss[row]));
  if (floor === undefined || floor < lowest / 2) return [];
  const xs = judged.map((row) => data.columns[axis][row]);
  const [low, high] = [Math.min(...xs), BEYOND * Math.max(...xs)];
  return [
    { kind: 'line', points: [low, high].map((x) => ({ x, y: floor })), ink: 'baseline', dashed: true },
    { kind: 'label', x: low, y: floor, text: `floor ${floor.toPrecision(3)}`, ink: 'baseline', side: 'above' },
  ];
}

function doublingMarks({ at, after, interval }: NextDoubling, axis: string): Mark[] {
  const x = at[axis];
  return [
    { kind: 'interval', x, low: interval.low, high: interval.high, ink: 'prediction' },
    { kind: 'dots', points: [{ x, y: after }], ink: 'prediction' },
    { kind: 'label', x, y: interval.low, text: 'twice the scale', ink: 'prediction', side: 'below' },
  ];
}

const valuesOf = ({ law, parameters }: Fit, columns: readonly number[][]): number[] =>
  Array.from(
    modelOf(law).values(
      law.parameters.map(({ name }) => parameters[name]),
      columns,
      columns[0].length,
    ),
  );
