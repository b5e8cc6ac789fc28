import { exp, log } from '../../math/elementary.ts';
import { percentileInterval } from '../../math/percentiles.ts';
import { Random } from '../../math/random.ts';
import type { Observations } from '../../terms/observation.ts';
import type { Budget } from './budgets.ts';
import { FEWEST_MINIMA, optimumLines } from './optimum-line.ts';
import type { Estimate, OptimumPoint } from './optimum-line.ts';

/** The lower envelope of losses over compute (Hoffmann et al. 2022, approach 1). */
export interface Envelope {
  /** `curves`: minimum over training curves, interpolated; `runs`: the best finished run of each budget. */
  readonly of: 'curves' | 'runs';
  /** The best size where a smaller and a larger one were there to lose. */
  readonly optima: readonly (OptimumPoint & { readonly loss: number })[];
  /** Values of compute at which the smallest or the largest size wins: the best one may lie beyond. */
  readonly atEdge: number;
}

/** What the line through an envelope says at a budget; intervals by resampled runs. */
export interface EnvelopeLine {
  readonly exponents: { readonly params: Estimate; readonly tokens: Estimate };
  readonly params: Estimate;
  readonly tokens: Estimate;
}

interface Entry {
  readonly run: number;
  readonly params: number;
  readonly tokens: number;
  readonly loss: number;
}

/** Losses that compete at one value of compute. */
interface Contest {
  readonly flops: number;
  readonly entries: readonly Entry[];
}

/** Values of compute at which curves are compared, equal steps in the logarithm (Hoffmann et al. take 1500). */
const GRID = 200;
const DRAWS = 400;
/** An interval needs this share of the resamples to have a line. */
const ENOUGH_DRAWS = 0.9;

/** The contests of a table: over its curves where runs have several rows, else over its budgets. */
export class EnvelopeProblem {
  readonly of: Envelope['of'];
  private readonly runs: number;
  private readonly contests: readonly Contest[];

  constructor(data: Observations, budgets: readonly Budget[]) {
    const rowsOfRun = [...Map.groupBy(data.runs.keys(), (row) => data.runs[row]).values()];
    this.of = rowsOfRun.some((rows) => rows.length > 1) ? 'curves' : 'runs';
    this.runs = rowsOfRun.length;
    this.contests = this.of === 'curves' ? contestsOfCurves(data, rowsOfRun) : contestsOfRuns(data, budgets);
  }

  envelope(): Envelope {
    const winners = this.contests.map((contest) => winnerOf(contest));
    return {
      of: this.of,
      optima: winners.filter((winner) => winner !== undefined && winner !== 'edge'),
      atEdge: winners.filter((winner) => winner === 'edge').length,
    };
  }

  /** Undefined where fewer than three values of compute have an inner optimum. */
  line(flops: number, seed = 1): EnvelopeLine | undefined {
    const value = this.numbersAt(flops);
    if (!value) return undefined;
    const draws = Array.from({ length: DRAWS }, (_, draw) => {
      const random = new Random(seed, draw);
      const drawn = new Set(Array.from({ length: this.runs }, () => random.integer(this.runs)));
      return this.numbersAt(flops, drawn);
    }).filter((numbers) => numbers !== undefined);
    const estimate = (of: keyof Numbers): Estimate =>
      draws.length < ENOUGH_DRAWS * DRAWS
        ? { value: value[of] }
        : { value: value[of], interval: percentileInterval(draws.map((numbers) => numbers[of])) };
    return {
      exponents: { params: estimate('a'), tokens: estimate('b') },
      params: estimate('params'),
      tokens: estimate('tokens'),
    };
  }

  private numbersAt(flops: number, drawn?: ReadonlySet<number>): Numbers | undefined {
    const optima = this.contests.map((contest) => winnerOf(contest, drawn));
    const inner = optima.filter((winner) => winner !== undefined && winner !== 'edge');
    if (new Set(inner.map(({ params }) => params)).size < FEWEST_MINIMA) return undefined;
    const lines = optimumLines(inner, flops);
    return (
      lines && {
        a: lines.params.exponent,
        b: lines.tokens.exponent,
        params: lines.params.value,
        tokens: lines.tokens.value,
      }
    );
  }
}

interface Numbers {
  readonly a: number;
  readonly b: number;
  readonly params: number;
  readonly tokens: number;
}

/** The lowest loss; `edge` where no smaller, or no larger, size took part; undefined under three sizes. */
function winnerOf(
  { flops, entries }: Contest,
  drawn?: ReadonlySet<number>,
): (OptimumPoint & { loss: number }) | 'edge' | undefined {
  let best: Entry | undefined;
  let [smallest, largest, count] = [Infinity, 0, 0];
  for (const entry of entries) {
    if (drawn && !drawn.has(entry.run)) continue;
    count += 1;
    smallest = Math.min(smallest, entry.params);
    largest = Math.max(largest, entry.params);
    if (!best || entry.loss < best.loss) best = entry;
  }
  if (!best || count < FEWEST_MINIMA) return undefined;
  if (best.params === smallest || best.params === largest) return 'edge';
  return { flops, params: best.params, tokens: best.tokens, loss: best.loss };
}

function contestsOfRuns({ columns, runs }: Observations, budgets: readonly Budget[]): Contest[] {
  const place = new Map([...new Set(runs)].map((run, index) => [run, index]));
  return budgets.map(({ flops, rows }) => ({
    flops,
    entries: rows.map((row) => ({
      run: place.get(runs[row])!,
      params: columns.params[row],
      tokens: columns.tokens[row],
      loss: columns.loss[row],
    })),
  }));
}

/** Every curve's loss at each value of compute that it passes, by straight lines in logarithms. */
function contestsOfCurves({ columns }: Observations, rowsOfRun: readonly (readonly number[])[]): Contest[] {
  const { flops, params, tokens, loss } = columns;
  const curves = rowsOfRun.map((rows) => rows.toSorted((a, b) => flops[a] - flops[b]));
  const [low, high] = flops.reduce(
    ([least, most], value) => [Math.min(least, value), Math.max(most, value)],
    [Infinity, 0],
  );
  return Array.from({ length: GRID }, (_, index) => {
    const at = low * exp((index / (GRID - 1)) * log(high / low));
    const entries = curves.flatMap((rows, run): Entry[] => {
      const after = rows.findIndex((row) => flops[row] >= at);
      if (after < 1) return [];
      const [a, b] = [rows[after - 1], rows[after]];
      const share = log(at / flops[a]) / log(flops[b] / flops[a]);
      const between = (column: Float64Array): number => column[a] * exp(share * log(column[b] / column[a]));
      return [{ run, params: params[b], tokens: between(tokens), loss: between(loss) }];
    });
    return { flops: at, entries };
  });
}
