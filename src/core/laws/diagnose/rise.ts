import { log } from '../../math/elementary.ts';
import { countText, LEVEL, percentText, pText } from './finding.ts';
import type { Finding } from './finding.ts';
import { simulatedPValue } from './scan.ts';
import type { ScalingTable } from './scaling-table.ts';

/** Weights of some rows; the others have none. */
type Contrast = readonly { readonly row: number; readonly weight: number }[];

/** A window of neighbouring levels over which the loss may rise. */
interface Window {
  /** At unit length: its product with the log loss is the slope in units of the noise. */
  readonly contrast: Contrast;
  /** Rise of the log loss over the window for one unit of the contrast. */
  readonly rise: number;
  readonly axis: string;
  readonly from: number;
  readonly to: number;
}

/** What was found of a rise. */
export interface Rise {
  readonly finding: Finding;
  /** `u-shaped`: it ends high. `double-descent`: it falls below where the rise began. */
  readonly shape?: 'u-shaped' | 'double-descent';
}

/** Levels in a window: one run above its neighbour is an outlier, not a rise. */
const WINDOW_LEVELS = [3, 4, 6, 9, 14, 20, 30];
/** A rise of less than this is of no consequence. */
const MATERIAL = 0.01;
/** A rise over less than this factor of scale is a wobble of the curve. */
const SHORTEST_WINDOW = 1.2;
/** Below this no window can be significant at the level, whatever the noise estimate. */
const HOPELESS = 2.5;
/** Rise over a window that the detector is stated for. */
const STATED_EFFECT = 0.05;
/** Levels of a variable are the same within this. */
const SAME = 1.005;

/**
 * Does the loss rise with scale? The largest t of the slopes over windows of neighbouring levels, in one variable along the scale, in two along each with the other held.
 * The noise comes from what neighbouring levels miss each other by (second differences: Gasser et al. 1986), which no smooth shape
 * inflates. Refers to the statistic's own distribution in a flat curve, the hardest case of a law that never rises.
 */
export function detectRise(table: ScalingTable): Rise {
  const sequences = sequencesOf(table);
  const windows = sequences.flatMap((sequence) => windowsOf(sequence));
  const noise = sequences.flatMap((sequence) => noiseContrasts(sequence));
  const base = { id: 'rise' as const, pValue: null, effect: null, resolves: null, rows: [] };
  if (windows.length === 0 || noise.length < 3) {
    const sentence =
      table.variables.length > 1
        ? 'No size was trained on three amounts of data, and none on as many sizes: a rise along one of them cannot be seen.'
        : 'Too few levels to see a rise.';
    return { finding: { ...base, verdict: 'cannot-tell', sentence } };
  }
  const largest = (y: Float64Array): { t: number; window: Window } => {
    const sd = Math.sqrt(noise.reduce((sum, contrast) => sum + product(contrast, y) ** 2, 0) / noise.length);
    let [top, at] = [-Infinity, windows[0]];
    for (const window of windows) {
      const value = product(window.contrast, y);
      if (value > top) [top, at] = [value, window];
    }
    return { t: top / sd, window: at };
  };
  const { t, window } = largest(table.response);
  const effect = product(window.contrast, table.response) * window.rise;
  const pValue = t < HOPELESS ? 1 : simulatedPValue((draw) => largest(draw).t >= t, table.response.length, LEVEL.rise);
  const sd = effect / window.rise / t;
  // A rise over the shortest windows, at about the t that the level asks for.
  const resolves = 6 * Math.abs(sd) * Math.min(...windows.map(({ rise }) => rise));
  const numbers = { ...base, pValue, effect, resolves };
  if (pValue > LEVEL.rise || effect < MATERIAL) {
    const seen = resolves <= STATED_EFFECT;
    return {
      finding: {
        ...numbers,
        verdict: seen ? 'fine' : 'cannot-tell',
        sentence: seen
          ? `The loss rises nowhere along the scale (${pText(pValue)}).`
          : `No rise is seen (${pText(pValue)}), but one of ${percentText(resolves)} would not be.`,
      },
    };
  }
  const shape = shapeOf(table, window);
  const rows = window.contrast.map(({ row }) => row).sort((a, b) => a - b);
  return {
    shape,
    finding: {
      ...numbers,
      verdict: 'alarm',
      sentence:
        `Between ${window.axis} of ${countText(window.from)} and ${countText(window.to)} the loss rises by ${percentText(effect)} (${pText(pValue)})` +
        (shape === 'double-descent' ? ', and falls again beyond: double descent.' : ' and does not come back.'),
      remedy:
        shape === 'double-descent'
          ? 'Fit no law across the peak; judge only the part beyond it, with several levels of its own.'
          : 'Look for overfitting, a learning rate that is too high at that scale, or a metric that is not the loss that was trained.',
      rows,
    },
  };
}

interface Sequence {
  readonly axis: string;
  /** Ascending levels: the variable, and the rows there. */
  readonly levels: readonly { readonly value: number; readonly rows: readonly number[] }[];
}

function sequencesOf({ variables, data, scale }: ScalingTable): Sequence[] {
  const rows = Array.from(scale, (_, row) => row);
  if (variables.length === 1) return [sequence(variables[0], rows, data.columns[variables[0]])];
  return variables.flatMap((axis, index) => {
    const held = data.columns[variables[1 - index]];
    return grouped(rows, held).map(({ rows: same }) => sequence(axis, same, data.columns[axis]));
  });
}

const sequence = (axis: string, rows: readonly number[], column: Float64Array): Sequence => ({
  axis,
  levels: grouped(rows, column),
});

/** Rows by the value of a column, ascending; values within half a percent of each other go together. */
function grouped(rows: readonly number[], column: Float64Array): { value: number; rows: number[] }[] {
  const groups: { value: number; rows: number[] }[] = [];
  for (const row of rows.toSorted((a, b) => column[a] - column[b])) {
    const last = groups.at(-1);
    if (last && column[row] <= last.value * SAME) last.rows.push(row);
    else groups.push({ value: column[row], rows: [row] });
  }
  return groups;
}

function windowsOf({ axis, levels }: Sequence): Window[] {
  return WINDOW_LEVELS.filter((length) => length <= levels.length).flatMap((length) =>
    Array.from({ length: levels.length - length + 1 }, (_, start) => levels.slice(start, start + length))
      .filter((inside) => inside.at(-1)!.value > SHORTEST_WINDOW * inside[0].value)
      .map((inside): Window => {
        const members = inside.flatMap((level) => level.rows.map((row) => ({ row, x: log(level.value) })));
        const mean = members.reduce((sum, { x }) => sum + x, 0) / members.length;
        const spread = Math.sqrt(members.reduce((sum, { x }) => sum + (x - mean) ** 2, 0));
        const contrast = members.map(({ row, x }) => ({ row, weight: (x - mean) / spread }));
        const [from, to] = [inside[0].value, inside.at(-1)!.value];
        return { contrast, rise: log(to / from) / spread, axis, from, to };
      }),
  );
}

const product = (contrast: Contrast, y: Float64Array): number =>
  contrast.reduce((sum, { row, weight }) => sum + weight * y[row], 0);

/** Contrasts at unit length that a straight piece of curve does not move: repeats of a level, and a level against its neighbours. */
function noiseContrasts({ levels }: Sequence): Contrast[] {
  const repeats = levels.flatMap(({ rows: same }) =>
    same.slice(1).map((row, index) => {
      const scale = Math.sqrt((index + 1) * (index + 2));
      const before = same.slice(0, index + 1).map((other) => ({ row: other, weight: -1 / scale }));
      return [...before, { row, weight: (index + 1) / scale }];
    }),
  );
  const bends = levels.slice(1, -1).map((level, index) => {
    const [before, after] = [levels[index], levels[index + 2]];
    const share = log(after.value / level.value) / log(after.value / before.value);
    const weights = [
      { rows: before.rows, total: share },
      { rows: level.rows, total: -1 },
      { rows: after.rows, total: 1 - share },
    ].flatMap(({ rows, total }) => rows.map((row) => ({ row, weight: total / rows.length })));
    const length = Math.sqrt(weights.reduce((sum, { weight }) => sum + weight * weight, 0));
    return weights.map(({ row, weight }) => ({ row, weight: weight / length }));
  });
  return [...repeats, ...bends];
}

/** Whether the loss falls again beyond the rise, below where it began. */
function shapeOf({ variables, data, response }: ScalingTable, window: Window): 'u-shaped' | 'double-descent' {
  const column = data.columns[variables.length === 1 ? variables[0] : window.axis];
  const lowest = (keeps: (x: number) => boolean): number =>
    response.reduce((least, y, row) => (keeps(column[row]) ? Math.min(least, y) : least), Infinity);
  const start = lowest((x) => x <= window.from * SAME);
  return lowest((x) => x > window.to * SAME) < start - MATERIAL ? 'double-descent' : 'u-shaped';
}
