import { studentCdf, studentQuantile } from '../../math/distributions.ts';
import { exp, log, pow } from '../../math/elementary.ts';
import { dot } from '../../math/linear.ts';
import { Projection } from '../../math/projection.ts';
import type { Bend } from './bend.ts';
import { countText, LEVEL, percentText, POWER, pText } from './finding.ts';
import type { Finding } from './finding.ts';
import { pValueOf } from './scan.ts';
import { levelsOf } from './scaling-table.ts';
import type { ScalingTable } from './scaling-table.ts';

/** What was found of a rise. */
export interface Rise {
  readonly finding: Finding;
  /** `u-shaped`: it ends high. `double-descent`: it falls below where the rise began. */
  readonly shape?: 'u-shaped' | 'double-descent';
}

/** Levels of a piece at least: one run above its neighbours is an outlier, not a rise. */
const PIECE_LEVELS = 3;
/** From so many levels on a curve may turn more than once. */
const MANY_LEVELS = 16;
/** Levels that a curve needs for each power of its polynomial. */
const LEVELS_A_DEGREE = 3;
/** Levels of a piece, where there are many. */
const LENGTHS = [4, 6, 9, 14, 22, 33];
/** Of more levels than this, pieces are longer in proportion. */
const MOST_LEVELS = 100;
/** A rise of less than this (log loss), or over less than this factor of scale, is a wobble; fine is what excludes a larger one. */
const MATERIAL = 0.01;
const SHORTEST = 1.2;
/** Share of the log range that `resolves` is given for. */
const TYPICAL_PIECE = 0.4;

const quiet: Finding = {
  id: 'rise',
  pValue: null,
  effect: null,
  resolves: null,
  rows: [],
  verdict: 'fine',
  sentence: '',
};

/**
 * Does the loss rise with scale? In one variable: straight lines over pieces of the scale, with the noise of those that fit best,
 * and the largest t of a piece's slope, referred to its own distribution in a flat curve, the hardest case of a law that never
 * rises. In two: a flattening beyond which more scale harms.
 */
export function detectRise(table: ScalingTable, flattening: Bend): Rise {
  if (table.variables.length > 1) return fromFlattening(flattening);
  const lines = brokenLines(table);
  const rows = table.response.length;
  if (lines.length === 0 || Math.max(...lines.map(({ rank }) => rank)) > rows - 2)
    return { finding: { ...quiet, verdict: 'cannot-tell', sentence: 'Too few levels to see a rise.' } };
  const { t, piece, error } = steepestRise(lines, table.response);
  const effect = t * error * piece.length;
  const exceeds = (noise: Float64Array): boolean => steepestRise(lines, noise).t >= t;
  const single = 1 - studentCdf(t, bestLines(lines, table.response).degrees);
  const pValue = pValueOf({ single, bound: boundOf(lines, rows, t), level: LEVEL.rise, rows, exceeds });
  const resolves = visibleRise(lines, table);
  const numbers = { ...quiet, pValue, effect: Math.max(0, effect), resolves };
  if (pValue <= LEVEL.rise && effect >= MATERIAL && exp(piece.length) >= SHORTEST) return alarm(table, piece, numbers);
  const highest = highestRise(lines, table.response);
  const isExcluded = highest < MATERIAL;
  const sentence = isExcluded
    ? `The loss rises nowhere along the scale (${pText(pValue)}).`
    : `No rise is seen (${pText(pValue)}), but one of ${percentText(highest)} is not excluded.`;
  return { finding: { ...numbers, verdict: isExcluded ? 'fine' : 'cannot-tell', sentence } };
}

/** A piece of the scale with a straight line of its own. */
interface Piece {
  readonly from: number;
  readonly to: number;
  readonly length: number;
  /** The slope is this times the log loss; its length is the slope's standard error in units of the noise. */
  readonly weights: Float64Array;
  readonly norm: number;
}

interface BrokenLine {
  readonly projection: Projection;
  readonly rank: number;
  readonly pieces: readonly Piece[];
}

/**
 * Straight lines over neighbouring pieces of the scale, which need not meet, so that a turn between two levels leaves no misfit. Few levels: two
 * pieces, cut anywhere. Many: pieces of equal numbers of levels, of several lengths, since a curve may turn more than once.
 */
function brokenLines({ scale }: ScalingTable): BrokenLine[] {
  const starts = levelsOf(scale.map(exp), 0.01).map((x) => log(x) - 1e-3);
  const last = starts.length - PIECE_LEVELS;
  const cutsAt = (places: readonly number[]): number[] =>
    places.filter((place) => place >= PIECE_LEVELS && place <= last).map((place) => starts[place]);
  const places = Array.from(starts, (_, place) => place);
  const unit = Math.max(1, starts.length / MOST_LEVELS);
  const lengths = LENGTHS.map((length) => Math.ceil(length * unit));
  const sets =
    starts.length < MANY_LEVELS
      ? places.map((place) => cutsAt([place])).filter((cuts) => cuts.length > 0)
      : lengths
          .filter((length) => 2 * length <= starts.length)
          .flatMap((length) =>
            [0, Math.floor(length / 2)].map((shift) =>
              cutsAt(places.filter((place) => (place + shift) % length === 0)),
            ),
          );
  return [
    ...sets.map((cuts) => brokenLine(scale, [-Infinity, ...cuts, Infinity])),
    ...smoothCurves(scale, starts.length),
  ];
}

/** Curves without pieces: where the loss bends smoothly they know the noise better than straight pieces. */
function smoothCurves(scale: Float64Array, levels: number): BrokenLine[] {
  const [low, high] = [Math.min(...scale), Math.max(...scale)];
  const position = scale.map((x) => (2 * x - low - high) / (high - low));
  return [2, 3, 4, 5, 6]
    .filter((degree) => degree * LEVELS_A_DEGREE <= levels)
    .map((degree) => {
      const powers = Array.from({ length: degree + 1 }, (_, k) => position.map((x) => pow(x, k)));
      const projection = new Projection(powers);
      return { projection, rank: projection.rank, pieces: [] };
    });
}

function brokenLine(scale: Float64Array, cuts: readonly number[]): BrokenLine {
  const columns = cuts.slice(1).map((to, index) => {
    const isInside = scale.map((x) => (x >= cuts[index] && x < to ? 1 : 0));
    return { isInside, position: scale.map((x, row) => isInside[row] * x) };
  });
  const pieces = columns.flatMap(({ isInside, position }): Piece[] => {
    const direction = new Projection([isInside]).direction(position);
    if (!direction) return [];
    const xs = scale.filter((_, row) => isInside[row] === 1);
    const [from, to] = [Math.min(...xs), Math.max(...xs)];
    const weights = direction.unit.map((value) => value / direction.length);
    return [{ from, to, length: to - from, weights, norm: 1 / direction.length }];
  });
  const projection = new Projection(columns.flatMap(({ isInside, position }) => [isInside, position]));
  return { projection, rank: projection.rank, pieces };
}

interface Steepest {
  readonly piece: Piece;
  /** Its slope in units of its standard error, with the noise of the lines that fit best. */
  readonly t: number;
  readonly error: number;
}

/** The piece that rises most, over all lines. */
function steepestRise(lines: readonly BrokenLine[], y: Float64Array): Steepest {
  const { sd } = bestLines(lines, y);
  let [t, piece] = [-Infinity, lines[0].pieces[0]];
  for (const one of lines.flatMap((line) => line.pieces)) {
    const own = dot(one.weights, y) / (sd * one.norm);
    if (own > t) [t, piece] = [own, one];
  }
  return { piece, t, error: sd * piece.norm };
}

/**
 * Bound on the chance of a t this large in a flat curve, over all pieces and all lines that may give the noise. Of a slope what lies outside
 * the lines is at most the root of their degrees of freedom; the rest is Student's t.
 */
function boundOf(lines: readonly BrokenLine[], rows: number, t: number): number {
  const degrees = lines.map(({ rank }) => rows - rank);
  const pieces = lines.reduce((sum, line) => sum + line.pieces.length, 0);
  const beyond = t - Math.sqrt(Math.max(...degrees));
  return beyond > 0 ? lines.length * pieces * (1 - studentCdf(beyond, Math.min(...degrees))) : 1;
}

/** The lines with the smallest noise, and that noise. */
function bestLines(lines: readonly BrokenLine[], y: Float64Array): { line: BrokenLine; sd: number; degrees: number } {
  const variances = lines.map(({ projection, rank }) => projection.restSquare(y) / (y.length - rank) + 1e-300);
  const at = variances.indexOf(Math.min(...variances));
  return { line: lines[at], sd: Math.sqrt(variances[at]), degrees: y.length - lines[at].rank };
}

/** Largest rise over any piece that is not excluded (95 % bound for each, with the noise of its own lines). */
function highestRise(lines: readonly BrokenLine[], y: Float64Array): number {
  const bounds = lines.flatMap(({ projection, rank, pieces }) => {
    const degrees = y.length - rank;
    const reach = studentQuantile(POWER, degrees) * Math.sqrt(projection.restSquare(y) / degrees);
    return pieces.map(({ weights, norm, length }) => (dot(weights, y) + reach * norm) * length);
  });
  return Math.max(...bounds);
}

/** About the rise over .4 of the log range that would be seen with a chance of 95 %: Bonferroni's bound over the pieces. */
function visibleRise(lines: readonly BrokenLine[], { response, scale }: ScalingTable): number {
  const { sd, degrees } = bestLines(lines, response);
  const pieces = lines.flatMap((line) => line.pieces);
  const needed = studentQuantile(1 - LEVEL.rise / pieces.length, degrees) + studentQuantile(POWER, degrees);
  const wanted = TYPICAL_PIECE * (Math.max(...scale) - Math.min(...scale));
  const typical = pieces.reduce((a, b) => (Math.abs(b.length - wanted) < Math.abs(a.length - wanted) ? b : a));
  return needed * sd * typical.norm * typical.length;
}

function alarm(table: ScalingTable, { from, to }: Piece, numbers: Finding): Rise {
  const inside = Array.from(table.scale).flatMap((x, row) => (x >= from - 1e-9 && x <= to + 1e-9 ? [row] : []));
  const shape = shapeOf(table, from, to);
  const isDouble = shape === 'double-descent';
  return {
    shape,
    finding: {
      ...numbers,
      verdict: 'alarm',
      sentence: `Between ${table.variables[0]} of ${countText(exp(from))} and ${countText(exp(to))} the loss rises by ${percentText(numbers.effect!)} (${pText(numbers.pValue!)})${isDouble ? ', and falls again beyond' : ', and it ends there'}.`,
      remedy: isDouble
        ? 'Fit no law across the peak; judge only the part beyond it, with several levels of its own.'
        : 'Look for overfitting, a learning rate that is too high at that scale, or a metric that is not the loss that was trained.',
      rows: inside,
    },
  };
}

/** Whether the loss falls again beyond the rise, below where it began. */
function shapeOf({ scale, response }: ScalingTable, from: number, to: number): 'u-shaped' | 'double-descent' {
  const lowest = (keeps: (x: number) => boolean): number =>
    response.reduce((least, y, row) => (keeps(scale[row]) ? Math.min(least, y) : least), Infinity);
  const before = lowest((x) => x <= from + 1e-9);
  return lowest((x) => x > to + 1e-9) < before - MATERIAL ? 'double-descent' : 'u-shaped';
}

/** In two variables: whether the flattening takes away more than the whole slope. */
function fromFlattening({ finding, knot, harms = false }: Bend): Rise {
  const { verdict, effect, resolves, pValue, rows } = finding;
  const numbers = { ...quiet, pValue: harms ? pValue : null, effect, resolves };
  if (knot && harms) {
    return {
      shape: 'u-shaped',
      finding: {
        ...numbers,
        verdict: 'alarm',
        sentence: `Beyond ${knot.axis === 'scale' ? 'compute' : knot.axis} of ${countText(knot.value)} the loss rises (${pText(pValue!)}).`,
        remedy: 'Look for overfitting or a learning rate that is too high at that scale.',
        rows,
      },
    };
  }
  const seen = verdict !== 'cannot-tell';
  const sentence = seen
    ? 'The loss rises along neither variable nor compute: nothing takes away the whole slope.'
    : 'Whether the loss rises along one of the variables cannot be told.';
  return { finding: { ...numbers, verdict: seen ? 'fine' : 'cannot-tell', sentence } };
}
