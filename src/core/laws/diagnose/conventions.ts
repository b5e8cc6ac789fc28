import { exp, log } from '../../math/elementary.ts';
import type { Observations } from '../../terms/observation.ts';
import { ruled } from './finding.ts';
import type { Finding } from './finding.ts';

/** Two ways of counting differ by more than this in flops / (6 params tokens). */
const DISTINCT = log(1.1);
/** The gap between two ways of counting is this many times the widest gap inside either. */
const CLEAR_CUT = 3;
const FEWEST = 2;

/**
 * Mixed counting conventions: flops / (6 params tokens) falls into two clusters that overlap in size. A ratio that moves smoothly with
 * size is one honest convention (exact counts); clusters that size tells apart cannot be judged. Undefined without the three columns.
 */
export function detectConventions(data: Observations): Finding | undefined {
  const { params, tokens, flops } = data.columns;
  if (!params || !tokens || !flops || data.conventions.flops === '6ND') return undefined;
  const ratios = Array.from(flops, (count, row) => ({ row, value: log(count / (6 * params[row] * tokens[row])) })).sort(
    (a, b) => a.value - b.value,
  );
  const gaps = ratios.slice(1).map(({ value }, index) => value - ratios[index].value);
  const at = gaps.reduce((top, gap, index) => (gap > gaps[top] ? index : top), 0);
  const others = gaps.filter((_, index) => index !== at);
  const [low, high] = [ratios.slice(0, at + 1), ratios.slice(at + 1)].map((part) => part.map(({ row }) => row));
  const isCut =
    gaps.length > 0 &&
    gaps[at] > DISTINCT &&
    gaps[at] > CLEAR_CUT * Math.max(0, ...others) &&
    Math.min(low.length, high.length) >= FEWEST;
  if (!isCut) return ruled('conventions', 'fine', 'flops / (6 params tokens) is of one piece: one way of counting.');
  const factor = exp(meanOf(high, ratios) - meanOf(low, ratios)).toFixed(2);
  const sizes = (rows: readonly number[]): readonly [number, number] => {
    const own = rows.map((row) => params[row]);
    return [Math.min(...own), Math.max(...own)];
  };
  const [[lowFrom, lowTo], [highFrom, highTo]] = [sizes(low), sizes(high)];
  const minority = low.length < high.length ? low : high;
  const what = `flops / (6 params tokens) falls into two groups (${low.length} and ${high.length} rows), ${factor} times apart`;
  if (lowTo < highFrom || highTo < lowFrom)
    return ruled('conventions', 'cannot-tell', `${what}, but so do the sizes: it may be one exact count.`);
  return ruled(
    'conventions',
    'alarm',
    `Mixed conventions: ${what}, at the same sizes.`,
    minority.toSorted((a, b) => a - b),
    'Count parameters and FLOPs in one way in every row: the exponents move by .1 to .3 between conventions.',
  );
}

const meanOf = (rows: readonly number[], ratios: readonly { row: number; value: number }[]): number => {
  const wanted = new Set(rows);
  const own = ratios.filter(({ row }) => wanted.has(row));
  return own.reduce((sum, { value }) => sum + value, 0) / own.length;
};
