import { studentCdf } from '../math/distributions.ts';

/** Results of one candidate over its seeds; a lower score is better. */
export interface Scored {
  readonly name: string;
  readonly scores: readonly number[];
}

/** One candidate beside the best. */
export interface Judgement {
  readonly name: string;
  readonly mean: number;
  /** Standard error of the mean; NaN for one seed. */
  readonly error: number;
  /** Mean minus that of the best. */
  readonly behind: number;
  /** Two-sided p of Welch's test against the best, corrected after Holm (1979) over all pairs; 1 for the best itself. */
  readonly p: number;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Squared standard error of a mean. */
function squaredError(values: readonly number[]): number {
  const centre = mean(values);
  return values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1) / values.length;
}

/** p of Welch's t-test (1947) that two means differ, two-sided; NaN where one has a single value. */
export function welch(a: readonly number[], b: readonly number[]): number {
  const [va, vb] = [squaredError(a), squaredError(b)];
  const difference = Math.abs(mean(a) - mean(b));
  if (va + vb === 0) return difference === 0 ? 1 : 0;
  const degrees = (va + vb) ** 2 / (va ** 2 / (a.length - 1) + vb ** 2 / (b.length - 1));
  return 2 * (1 - studentCdf(difference / Math.sqrt(va + vb), degrees));
}

/** All candidates, the best first, each tested against it. */
export function judge(candidates: readonly Scored[]): Judgement[] {
  const order = candidates.toSorted((a, b) => mean(a.scores) - mean(b.scores));
  const [best, ...others] = order;
  const corrected = holm(others.map(({ scores }) => welch(scores, best.scores)));
  return order.map(({ name, scores }, index) => ({
    name,
    mean: mean(scores),
    error: Math.sqrt(squaredError(scores)),
    behind: mean(scores) - mean(best.scores),
    p: index === 0 ? 1 : corrected[index - 1],
  }));
}

/** Holm's step-down correction: the smallest p times their number, the next times one less, never falling. */
export function holm(values: readonly number[]): number[] {
  const order = values.map((p, index) => ({ p, index })).sort((a, b) => a.p - b.p);
  const corrected = Array<number>(values.length).fill(Number.NaN);
  let least = 0;
  for (const [place, { p, index }] of order.entries()) {
    least = Math.max(least, Math.min(1, p * (values.length - place)));
    corrected[index] = Number.isNaN(p) ? p : least;
  }
  return corrected;
}

/** Names of those that no other one beats in one number without being beaten in another; all numbers are better when lower. */
export function paretoFront(
  points: readonly { readonly name: string; readonly numbers: readonly number[] }[],
): string[] {
  const beats = (a: readonly number[], b: readonly number[]): boolean =>
    a.every((value, index) => value <= b[index]) && a.some((value, index) => value < b[index]);
  return points.filter(({ numbers }) => !points.some((other) => beats(other.numbers, numbers))).map(({ name }) => name);
}
