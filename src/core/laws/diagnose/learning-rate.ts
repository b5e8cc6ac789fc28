import { log } from '../../math/elementary.ts';
import { Projection } from '../../math/projection.ts';
import type { Observations } from '../../terms/observation.ts';
import { countText, LEVEL, percentText, pText, ruled } from './finding.ts';
import type { Finding } from './finding.ts';
import { scan } from './scan.ts';

/** Rates that a size needs so that its best one is known to lie inside. */
const FEWEST_RATES = 3;
/** What a doubling of the rate beyond the sweep would save is of no consequence below this (log loss). */
const MATERIAL = 0.005;
/** One rate over a wider range of parameters than this needs a reason. */
const WIDE_PARAMS = 10;

/** Runs of one size and budget that differ in their learning rate. */
interface Sweep {
  readonly rows: readonly number[];
}

/**
 * Is the learning rate tuned? Where sizes were swept: whether the loss still falls toward the edge of the sweep, by a parabola in the log rate with
 * its own level at each size, its slope at the edge against Student's t. Where one rate serves all sizes: it cannot be told.
 */
export function detectLearningRate(data: Observations): Finding | undefined {
  const rates = data.columns.learningRate;
  if (!rates) return undefined;
  const sweeps = sweepsOf(data).filter(({ rows }) => new Set(rows.map((row) => rates[row])).size >= FEWEST_RATES);
  if (sweeps.length === 0) return constantRate(data, rates);
  const edges = (['lowest', 'highest'] as const).map((edge) => atEdge(data, rates, sweeps, edge));
  const worst = edges.reduce((a, b) => ((b.pValue ?? 1) < (a.pValue ?? 1) ? b : a));
  return worst;
}

/** The best run of each size and budget, by the rows that remain; all rows where no size was swept. */
export function bestRates(data: Observations): number[] {
  if (!data.columns.learningRate) return Array.from({ length: data.rows }, (_, row) => row);
  return sweepsOf(data)
    .flatMap(({ rows }) => {
      const isSweep = new Set(rows.map((row) => data.columns.learningRate[row])).size > 1;
      if (!isSweep) return rows;
      return [rows.reduce((best, row) => (data.columns.loss[row] < data.columns.loss[best] ? row : best))];
    })
    .sort((a, b) => a - b);
}

const SIZE = ['params', 'tokens', 'samples', 'flops', 'steps', 'depth'] as const;

function sweepsOf(data: Observations): Sweep[] {
  const names = SIZE.filter((name) => data.columns[name]);
  const cells = Map.groupBy(
    Array.from({ length: data.rows }, (_, row) => row),
    (row) => names.map((name) => data.columns[name][row].toPrecision(6)).join(' '),
  );
  return [...cells.values()].map((rows) => ({ rows }));
}

function atEdge(
  data: Observations,
  rates: Float64Array,
  sweeps: readonly Sweep[],
  edge: 'lowest' | 'highest',
): Finding {
  const rows = sweeps.flatMap((sweep) => sweep.rows);
  const sign = edge === 'highest' ? 1 : -1;
  // Distance from the sweep's edge, towards its middle; the linear term is then the slope at the edge itself.
  const distance = sweeps.flatMap(({ rows: own }) => {
    const logs = own.map((row) => sign * log(rates[row]));
    const outermost = Math.max(...logs);
    return logs.map((value) => outermost - value);
  });
  const levels = sweeps.map((_, at) =>
    Float64Array.from(sweeps.flatMap(({ rows: own }, index) => own.map(() => (index === at ? 1 : 0)))),
  );
  const found = scan({
    law: new Projection([...levels, Float64Array.from(distance, (d) => d * d)]),
    response: Float64Array.from(rows, (row) => log(data.columns.loss[row])),
    departures: [Float64Array.from(distance)],
    side: 'positive',
    level: LEVEL['learning-rate'] / 2,
  });
  const base = { id: 'learning-rate' as const, rows: [] };
  if (!found)
    return ruled('learning-rate', 'cannot-tell', 'Too few learning rates a size to see whether the best lies inside.');
  // For a doubling of the rate beyond the edge.
  const [effect, resolves] = [log(2) * found.effect, log(2) * found.resolves];
  const pValue = Math.min(1, 2 * found.pValue);
  if (pValue <= LEVEL['learning-rate'] && effect >= MATERIAL) {
    return {
      ...base,
      verdict: 'alarm',
      sentence: `The loss still falls toward the ${edge} learning rate of the sweeps: the next doubling of it would save about ${percentText(-effect).replace('-', '')} (${pText(pValue)}).`,
      pValue,
      effect,
      resolves,
      remedy: `Sweep ${edge === 'highest' ? 'higher' : 'lower'} rates: the best of these is not the best there is, and by how much it is not may change with size.`,
      rows: rows.filter((_, index) => distance[index] === 0),
    };
  }
  const isInside = log(2) * found.highest < MATERIAL;
  return {
    ...base,
    verdict: isInside ? 'fine' : 'cannot-tell',
    sentence: isInside
      ? `The best learning rate lies inside the sweeps of ${sweeps.length} sizes (${pText(pValue)}); the best run of each is judged.`
      : `Whether the best learning rate lies inside the sweeps cannot be told (${pText(pValue)}).`,
    pValue,
    effect,
    resolves,
  };
}

function constantRate(data: Observations, rates: Float64Array): Finding | undefined {
  const { params } = data.columns;
  if (!params || new Set(rates).size > 1) return undefined;
  const range = Math.max(...params) / Math.min(...params);
  if (range <= WIDE_PARAMS) return undefined;
  return ruled(
    'learning-rate',
    'cannot-tell',
    `One learning rate (${countText(rates[0])}) serves sizes over a factor of ${countText(range)}: whether it suits the large ones cannot be told from these runs.`,
    [],
    'Sweep the rate at the smallest and the largest size, or move it with width by muP.',
  );
}
