import type { AnalyzeOptions } from '../../analysis/index.ts';
import type { Edit } from '../../model/edit.ts';
import type { Model } from '../../model/model.ts';
import { IsoflopError } from '../../terms/errors.ts';
import type { ProgressListener } from '../../terms/progress.ts';
import { knobsOf } from '../knobs-of.ts';
import type { KnobSet, KnobValues } from '../knob.ts';
import type { Variant } from '../scale.ts';
import type { Factors } from '../turn.ts';
import { sizeAt, sizesOf } from './domain.ts';
import type { Size } from './domain.ts';
import type { Goal, Target } from './goal.ts';
import { checkMeasurable, measureModel, wantedMetrics } from './metrics.ts';
import { solve } from './solve.ts';
import type { Metrics, Solution, Space } from './solve.ts';

export const TARGET_AXES = ['depth', 'width', 'resolution'] as const;
export type TargetAxis = (typeof TARGET_AXES)[number];

export interface TargetOptions extends AnalyzeOptions {
  /** Axes that may change; defaults to all that the model has. */
  readonly axes?: readonly TargetAxis[];
  /** Best choices to give, the answer first; defaults to 4. */
  readonly count?: number;
  /** Told of every size that is built; how many there will be is not known. */
  readonly onProgress?: ProgressListener;
}

export interface TargetChoice {
  readonly variant: Variant;
  /** By axis, of the present size. */
  readonly factors: Factors;
  readonly metrics: Metrics;
}

export interface TargetResult {
  readonly goal: Goal;
  readonly before: Metrics;
  /** The answer and its runners-up; empty where no size fulfils the goal. */
  readonly choices: readonly TargetChoice[];
  /** The model with the axes at their smallest, and at their largest: what the sizes reach. */
  readonly range: { readonly smallest: Metrics; readonly largest: Metrics };
  readonly evaluated: number;
  readonly points: number;
  /** Whether bounds prove that no other size is better. */
  readonly isProved: boolean;
}

/** Runners-up and the answer. */
const CHOICES = 4;

/**
 * The sizes of a model that fulfil a goal best, in depth, width and resolution at once, over all integer sizes that its knobs take
 * within a factor of 6 of the size at which all axes scale alike, and within one of 64 where none of these fulfils it. See `scoreOf` for what is best. Throws `invalid-input` where a metric cannot be told, `not-identifiable` where no axis can be scaled.
 */
export function scaleToTarget(model: Model, goal: Goal, options: TargetOptions = {}): TargetResult {
  const wanted = wantedMetrics(goal);
  checkMeasurable(wanted, options);
  checkBounded(goal);
  const set = knobsOf(model);
  const axes = axesOf(set, options.axes);
  let built = 0;
  const measure = (values: KnobValues): Metrics => {
    options.onProgress?.({ stage: 'Searching sizes', done: built++ });
    return measureModel(applied(model, set, values).model, wanted, options);
  };
  const middle = jointFactor(set, axes, goal, measure);
  const search = (spread: number): Search => {
    const domains = axes.map((axis) => sizesOf(set, axis, { from: middle / spread, to: middle * spread }));
    const space: Space = {
      variables: axes.map((axis, index) => ({ name: axis, factors: domains[index].map(({ factor }) => factor) })),
      evaluate: (point) => measure(joined(domains.map((sizes, index) => sizes[point[index]]))),
    };
    return { domains, space, solution: solve(space, goal, options.count ?? CHOICES) };
  };
  let found = search(axes.length > 1 ? SPREAD : 2);
  // Targets that pull the axes apart may be met further off.
  if (found.solution.choices.length === 0) found = search(WIDEST);
  const { domains, space, solution } = found;
  const { choices, evaluated, points, isMonotone } = solution;
  const at = (point: readonly number[]): Size[] => domains.map((sizes, index) => sizes[point[index]]);
  return {
    goal,
    before: measure(new Map()),
    choices: choices.map(({ point, metrics }) => {
      const sizes = at(point);
      const { model: scaled, edits } = applied(model, set, joined(sizes));
      const rule = { rule: 'axes' as const, ...factorsOf(axes, sizes) };
      const variant = { name: `${model.name}-target`, parent: model.name, rule, edits, model: scaled };
      return { variant, factors: factorsOf(axes, sizes), metrics };
    }),
    range: {
      smallest: space.evaluate(domains.map(() => 0)),
      largest: space.evaluate(domains.map((sizes) => sizes.length - 1)),
    },
    evaluated,
    points,
    isProved: isMonotone,
  };
}

interface Search {
  readonly domains: readonly Size[][];
  readonly space: Space;
  readonly solution: Solution;
}

/** What is to be as large as can be needs a bound above. */
function checkBounded({ targets, optimize }: Goal): void {
  if (optimize?.direction !== 'maximize' || targets.some(({ relation }) => relation !== '>=')) return;
  throw new IsoflopError(
    'invalid-input',
    `nothing bounds the size from above, so that ${optimize.metric} has no largest value`,
    {
      path: '--target',
      hint: `Add a bound, such as "params <= 1B, maximize ${optimize.metric}".`,
    },
  );
}

const factorsOf = (axes: readonly TargetAxis[], sizes: readonly Size[]): Factors =>
  Object.fromEntries(axes.map((axis, index) => [axis, sizes[index].factor]));

const joined = (sizes: readonly Size[]): Map<string, number> => new Map(sizes.flatMap(({ values }) => [...values]));

function applied(model: Model, set: KnobSet, values: KnobValues): { model: Model; edits: Edit[] } {
  const now = new Map(set.knobs.map(({ id, value }) => [id, value]));
  const edits = set.edits(new Map([...values].filter(([id, value]) => value !== now.get(id))));
  return { model: edits.length === 0 ? model : model.apply(edits), edits };
}

function axesOf(set: KnobSet, asked: readonly TargetAxis[] | undefined): TargetAxis[] {
  const has = (axis: TargetAxis): boolean =>
    set.knobs.some((knob) => knob.axis === axis || (axis === 'width' && knob.axis === 'heads'));
  const missing = asked?.find((axis) => !has(axis));
  if (missing)
    throw set.refusals[missing] ?? new IsoflopError('not-identifiable', `the model has no ${missing} to scale`);
  const axes = TARGET_AXES.filter((axis) => (asked ?? TARGET_AXES).includes(axis) && has(axis));
  if (axes.length === 0)
    throw set.refusals.width ?? new IsoflopError('not-identifiable', 'the model has no axis to scale');
  return axes;
}

/** Joint factors between which the middle of the search is looked for. */
const FARTHEST = 64;
const BISECTIONS = 14;
/** An axis is searched within this factor of the size at which all axes scale alike: further off the proportions are no model's. */
const SPREAD = 6;
/** Where nothing nearby fulfils the targets. */
const WIDEST = FARTHEST;

/** Whether a model breaks an upper target, so that it must be smaller. */
const isTooLarge = (metrics: Metrics, targets: readonly Target[]): boolean =>
  targets.some(
    ({ metric, relation, value, tolerance }) => relation !== '>=' && metrics[metric]! > value * (1 + tolerance),
  );

/** Whether it meets every lower one, so that it need not be larger. */
const isLargeEnough = (metrics: Metrics, targets: readonly Target[]): boolean =>
  targets.every(
    ({ metric, relation, value, tolerance }) => relation === '<=' || metrics[metric]! >= value * (1 - tolerance),
  );

/**
 * The factor for all axes alike about which sizes are searched: the least that meets the lower targets, equalities among them, where
 * something is to be small; else the largest within the upper targets, or without such the least that meets the lower ones.
 */
function jointFactor(
  set: KnobSet,
  axes: readonly TargetAxis[],
  { targets, optimize }: Goal,
  measure: (values: KnobValues) => Metrics,
): number {
  const isUpper = optimize?.direction !== 'minimize' && targets.some(({ relation }) => relation !== '>=');
  const sizesAt = (factor: number): Size[] => axes.flatMap((axis) => sizeAt(set, axis, factor) ?? []);
  const goesUp = (factor: number): boolean => {
    const metrics = measure(joined(sizesAt(factor)));
    return isUpper ? !isTooLarge(metrics, targets) : !isLargeEnough(metrics, targets);
  };
  // Below the smallest sizes of every axis there is nothing.
  const least = Math.min(1, ...sizesAt(1 / FARTHEST).map(({ factor }) => factor));
  let [low, high] = [Math.log(least), 0];
  if (goesUp(1)) [low, high] = [0, growth(goesUp)];
  for (let step = 0; step < BISECTIONS && low < high; step++) {
    const middle = (low + high) / 2;
    if (goesUp(Math.exp(middle))) low = middle;
    else high = middle;
  }
  return Math.exp(low);
}

/** Logarithm of the first doubling that goes too far: larger models are not built to find that out. */
function growth(goesUp: (factor: number) => boolean): number {
  let factor = 2;
  while (factor < FARTHEST && goesUp(factor)) factor *= 2;
  return Math.log(factor);
}
