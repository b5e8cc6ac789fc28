import { fulfils } from './goal.ts';
import type { Goal, Metric, Target } from './goal.ts';
import { leastDistortion } from './distortion.ts';

export type Metrics = Readonly<Partial<Record<Metric, number>>>;

/** One way in which a model varies: its sizes in rising order, as factors of what it is now. */
export interface Variable {
  readonly name: string;
  /** Rising; factors of the present size, such as .5 for half the depth. */
  readonly factors: readonly number[];
}

/** Sizes to choose from, and what a choice costs. Every metric must rise, or stay, with every variable: counts, bytes and roofline times do. */
export interface Space {
  readonly variables: readonly Variable[];
  /** `point` holds for each variable the index of its factor. */
  evaluate(point: readonly number[]): Metrics;
}

export interface Choice {
  readonly point: readonly number[];
  readonly metrics: Metrics;
  readonly score: number;
}

export interface Solution {
  /** Best first; empty where nothing fulfils the goal. */
  readonly choices: readonly Choice[];
  /** Points that were evaluated, and how many there are. */
  readonly evaluated: number;
  readonly points: number;
  /** False where a metric was seen to fall as sizes rose: bounds prove nothing then, and the whole space was searched. */
  readonly isMonotone: boolean;
}

/** A space that is not monotone is searched point by point up to so many. */
const MOST_POINTS = 100_000;

/**
 * The best choices, proved by bounds (branch and bound over boxes of the integer grid; Land and Doig 1960): a box is dropped when even its
 * smallest corner breaks an upper target, its largest corner a lower one, or when its bound on the score is beaten.
 * The score is the logarithm of what is optimised, less the logarithm by which equalities are missed, less the distortion of
 * the model's proportions; see `scoreOf`.
 */
export function solve(space: Space, goal: Goal, count: number): Solution {
  const search = new Search(space, goal, count);
  const whole = { low: space.variables.map(() => 0), high: space.variables.map(({ factors }) => factors.length - 1) };
  return search.run(whole) ?? exhaust(space, goal, count);
}

/** Every point, in turn. */
export function exhaust(space: Space, goal: Goal, count: number): Solution {
  const points = pointsOf(space);
  const choices: Choice[] = [];
  const limit = Math.min(points, MOST_POINTS);
  for (let index = 0; index < limit; index++) {
    const point = pointAt(space, index);
    const metrics = space.evaluate(point);
    if (isFeasible(goal, metrics)) choices.push({ point, metrics, score: scoreOf(space, goal, point, metrics) });
  }
  choices.sort(byScore);
  return { choices: choices.slice(0, count), evaluated: limit, points, isMonotone: false };
}

const pointsOf = ({ variables }: Space): number =>
  variables.reduce((product, { factors }) => product * factors.length, 1);

function pointAt({ variables }: Space, index: number): number[] {
  let rest = index;
  return variables.map(({ factors }) => {
    const place = rest % factors.length;
    rest = Math.floor(rest / factors.length);
    return place;
  });
}

/** Higher scores first; of equal ones the smaller sizes, so that the order is the same everywhere. */
function byScore(a: Choice, b: Choice): number {
  if (a.score !== b.score) return b.score - a.score;
  const at = a.point.findIndex((place, index) => place !== b.point[index]);
  return at < 0 ? 0 : a.point[at] - b.point[at];
}

export const isFeasible = ({ targets }: Goal, metrics: Metrics): boolean =>
  targets.every((target) => fulfils(target, metrics[target.metric] ?? NaN));

interface Aim {
  readonly metric: Metric;
  readonly sign: 1 | -1;
}

/** What is optimised where the goal does not say: the first upper bound is to be used up. */
function aims(goal: Goal): Aim | undefined {
  if (goal.optimize) return { metric: goal.optimize.metric, sign: goal.optimize.direction === 'maximize' ? 1 : -1 };
  const equal = goal.targets.some(({ relation }) => relation === '=');
  const bounded = goal.targets.find(({ relation }) => relation === '<=');
  return !equal && bounded ? { metric: bounded.metric, sign: 1 } : undefined;
}

const log = (value: number): number => Math.log(Math.max(value, Number.MIN_VALUE));

/**
 * + log of what is maximised (or - of what is minimised), - |log(value / target)| of every equality, - the distortion: the variance of
 * the logarithms of the factors, so that a model twice as deep and half as wide loses what e^(-.48) of the aim would.
 */
export function scoreOf(space: Space, goal: Goal, point: readonly number[], metrics: Metrics): number {
  return bestScore(space, goal, { low: point, high: point }, metrics, metrics);
}

interface Box {
  readonly low: readonly number[];
  readonly high: readonly number[];
}

/** No point of the box that fulfils the goal scores more; exact where the box is one such point. */
function bestScore(space: Space, goal: Goal, box: Box, low: Metrics, high: Metrics): number {
  const aim = aims(goal);
  const aimed = aim ? aim.sign * log(farthest(goal, aim, low, high)) : 0;
  const missed = goal.targets
    .filter(({ relation }) => relation === '=')
    .reduce((sum, target) => sum + leastMiss(target, low[target.metric] ?? NaN, high[target.metric] ?? NaN), 0);
  const ranges = space.variables.map(
    ({ factors }, index) => [log(factors[box.low[index]]), log(factors[box.high[index]])] as const,
  );
  return aimed - missed - leastDistortion(ranges);
}

/** What is optimised, at its best within a box: no further than the targets let it go. */
function farthest({ targets }: Goal, { metric, sign }: Aim, low: Metrics, high: Metrics): number {
  const limits = targets
    .filter((target) => target.metric === metric && target.relation !== (sign > 0 ? '>=' : '<='))
    .map(({ value, tolerance }) => value * (1 + sign * tolerance));
  return sign > 0 ? Math.min(high[metric] ?? NaN, ...limits) : Math.max(low[metric] ?? NaN, ...limits);
}

function leastMiss({ value }: Target, low: number, high: number): number {
  if (value < low) return Math.log(low / value);
  return value > high ? Math.log(value / high) : 0;
}

/** Whether no point of a box can fulfil the goal. */
function isHopeless({ targets }: Goal, low: Metrics, high: Metrics): boolean {
  return targets.some(({ metric, relation, value, tolerance }) => {
    const [least, most] = [low[metric] ?? NaN, high[metric] ?? NaN];
    const [floor, ceiling] = relation === '=' ? [value * (1 - tolerance), value * (1 + tolerance)] : [value, value];
    return (relation !== '>=' && least > ceiling) || (relation !== '<=' && most < floor);
  });
}

/** A box that is still to be searched, and what its points score at most. */
interface Open {
  readonly box: Box;
  readonly bound: number;
}

/** Keeps the boxes in rising order of their bounds: the most promising one, last, is searched first, so that fewest are built. */
function insert(open: Open[], one: Open): void {
  let [from, to] = [0, open.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (open[middle].bound <= one.bound) from = middle + 1;
    else to = middle;
  }
  open.splice(from, 0, one);
}

class Search {
  private readonly space: Space;
  private readonly goal: Goal;
  private readonly count: number;
  private readonly known = new Map<string, Metrics>();
  private readonly found: Choice[] = [];

  constructor(space: Space, goal: Goal, count: number) {
    this.space = space;
    this.goal = goal;
    this.count = count;
  }

  /** undefined where a metric fell as a size rose. */
  run(whole: Box): Solution | undefined {
    const open: Open[] = [{ box: whole, bound: Infinity }];
    while (open.length > 0) {
      const { box, bound } = open.pop()!;
      if (bound < this.threshold()) break;
      const [low, high] = [this.metrics(box.low), this.metrics(box.high)];
      if (!isRising(low, high)) return undefined;
      if (isHopeless(this.goal, low, high)) continue;
      const best = bestScore(this.space, this.goal, box, low, high);
      if (best < this.threshold()) continue;
      if (this.isPoint(box)) this.accept(box.low, low, best);
      else for (const half of this.halves(box)) insert(open, { box: half, bound: this.bound(half, low, high) });
    }
    return { choices: this.found, evaluated: this.known.size, points: pointsOf(this.space), isMonotone: true };
  }

  private metrics(point: readonly number[]): Metrics {
    const key = point.join();
    const before = this.known.get(key);
    if (before) return before;
    const metrics = this.space.evaluate(point);
    this.known.set(key, metrics);
    return metrics;
  }

  /** Of a part of a box, by the costs of the whole: it needs no model built. */
  private bound = (part: Box, low: Metrics, high: Metrics): number => bestScore(this.space, this.goal, part, low, high);

  /** The score that a box must reach to matter. */
  private threshold(): number {
    return this.found.length < this.count ? -Infinity : this.found.at(-1)!.score;
  }

  private accept(point: readonly number[], metrics: Metrics, score: number): void {
    if (!isFeasible(this.goal, metrics)) return;
    this.found.push({ point, metrics, score });
    this.found.sort(byScore);
    this.found.length = Math.min(this.found.length, this.count);
  }

  private isPoint = ({ low, high }: Box): boolean => low.every((place, index) => place === high[index]);

  /** Halves along the variable whose factors span most; the half that may score more is looked at first. */
  private halves({ low, high }: Box): Box[] {
    const { variables } = this.space;
    const spans = variables.map(({ factors }, i) => log(factors[high[i]]) - log(factors[low[i]]));
    const widest = spans.indexOf(Math.max(...spans));
    const index = high[widest] > low[widest] ? widest : high.findIndex((place, i) => place > low[i]);
    const middle = Math.floor((low[index] + high[index]) / 2);
    const lower = { low, high: high.map((place, i) => (i === index ? middle : place)) };
    const upper = { low: low.map((place, i) => (i === index ? middle + 1 : place)), high };
    const isUpward = (aims(this.goal)?.sign ?? 1) > 0;
    return isUpward ? [lower, upper] : [upper, lower];
  }
}

const isRising = (low: Metrics, high: Metrics): boolean =>
  Object.entries(low).every(([metric, value]) => value <= (high[metric as Metric] ?? NaN) * (1 + 1e-12));
