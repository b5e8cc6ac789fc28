import { countParameters, trainingFlops } from '../analysis/index.ts';
import type { GptSpec } from '../schema/model.ts';
import type { Recipe } from '../schema/recipe.ts';
import type { Study } from '../schema/study.ts';
import { IsoflopError } from '../terms/errors.ts';

/** Why a trial is run. `path`: on the compute frontier; `isoflop`: at a fixed budget; `hero`: the one that is predicted. */
export type TrialRole = 'tune' | 'path' | 'isoflop' | 'run' | 'hero';

/** One planned training with its exact cost. Counts are raw; `params` is non-lookup, `flops` exact. */
export interface PlannedTrial {
  readonly id: string;
  readonly role: TrialRole;
  readonly model: GptSpec;
  readonly recipe: Recipe;
  readonly seed: number;
  readonly steps: number;
  readonly tokens: number;
  readonly params: number;
  readonly flops: number;
  /** The budget of its IsoFLOP profile, in FLOPs; only for `isoflop`. */
  readonly profile?: number;
}

/** What a plan is made from: the study and the two numbers that only its data set knows. */
export interface LadderInputs {
  readonly study: Study;
  /** Number of different tokens. */
  readonly vocabulary: number;
  /** The tuned recipe, or the study's own before tuning. */
  readonly recipe: Recipe;
}

/** Runs shorter than this are all warm-up: their loss says nothing about the law. */
const FEWEST_STEPS = 20;
/** Widths above this are refused while looking for a hero: no machine that this engine serves trains them. */
const LARGEST_WIDTH = 65_536;

/** The study's model at one width. */
export function modelAt(inputs: Pick<LadderInputs, 'study' | 'vocabulary'>, width: number): GptSpec {
  return { ...inputs.study.model, vocabulary: inputs.vocabulary, width };
}

function planTrial(
  inputs: LadderInputs,
  role: TrialRole,
  width: number,
  tokens: number,
  replicate: number,
  extra: { label?: string; profile?: number; recipe?: Recipe } = {},
): PlannedTrial {
  const { batchTokens } = extra.recipe ?? inputs.recipe;
  const model = modelAt(inputs, width);
  const steps = Math.round(tokens / batchTokens);
  if (steps < FEWEST_STEPS) {
    throw new IsoflopError(
      'invalid-input',
      `the ${role} run of width ${width} would train for ${steps} steps of ${batchTokens} tokens; at least ${FEWEST_STEPS} are needed`,
      {
        path: role === 'isoflop' ? 'ladder.isoflop.budgets' : `ladder.${role}`,
        hint: 'Raise the budget or the tokens, take smaller models, or lower recipe.batchTokens.',
      },
    );
  }
  const rounded = steps * batchTokens;
  const seed = inputs.study.seed + replicate;
  const recipe = extra.recipe ?? recipeFor(inputs, rounded);
  return {
    id: `${role}-w${width}${extra.label ?? ''}-s${seed}`,
    role,
    model,
    recipe,
    seed,
    steps,
    tokens: rounded,
    params: countParameters(model).nonLookup,
    flops: trainingFlops(model, rounded, 'exact'),
    ...(extra.profile === undefined ? {} : { profile: extra.profile }),
  };
}

/** The recipe of a run of so many tokens: its learning rate falls with the run's length by the recipe's horizon. */
function recipeFor(inputs: LadderInputs, tokens: number): Recipe {
  const { recipe } = inputs;
  const learningRate = recipe.learningRate * (shortestTokens(inputs) / tokens) ** recipe.horizon;
  return { ...recipe, learningRate: Number(learningRate.toPrecision(6)) };
}

/** Tokens of the ladder's shortest run: the length at which the recipe's learning rate holds. */
function shortestTokens(inputs: LadderInputs): number {
  const { path, isoflop, runs } = inputs.study.ladder;
  return Math.min(
    ...(path?.sizes ?? []).map((width) => tokensOnPath(inputs, width)),
    ...(path
      ? []
      : (isoflop?.budgets ?? []).flatMap((flops) => isoflop!.sizes.map((width) => tokensFor(inputs, width, flops)))),
    ...(path ? [] : (runs ?? []).map((run) => run.tokens)),
  );
}

const tokensOnPath = (inputs: LadderInputs, width: number): number =>
  countParameters(modelAt(inputs, width)).nonLookup * (inputs.study.ladder.path?.tokensPerParameter ?? 25);

/** Tokens that `flops` buy at a width: exact training FLOPs are proportional to tokens. */
function tokensFor(inputs: LadderInputs, width: number, flops: number): number {
  const model = modelAt(inputs, width);
  return flops / (trainingFlops(model, model.context, 'exact') / model.context);
}

/** The ladder's trials, cheapest first. Ids are unique; equal entries are planned once. */
export function planLadder(inputs: LadderInputs): PlannedTrial[] {
  const { path, isoflop, runs } = inputs.study.ladder;
  const trials = new Map<string, PlannedTrial>();
  const add = (trial: PlannedTrial): void => void trials.set(trial.id, trial);
  for (let replicate = 0; replicate < inputs.study.seeds; replicate++) {
    for (const width of path?.sizes ?? []) {
      add(planTrial(inputs, 'path', width, tokensOnPath(inputs, width), replicate));
    }
    for (const run of runs ?? []) {
      add(planTrial(inputs, 'run', run.size, run.tokens, replicate, { label: `-t${run.tokens}` }));
    }
  }
  for (const budget of isoflop?.budgets ?? []) {
    for (const width of isoflop?.sizes ?? []) {
      const label = `-c${budget.toExponential().replace('+', '')}`;
      add(planTrial(inputs, 'isoflop', width, tokensFor(inputs, width, budget), 0, { label, profile: budget }));
    }
  }
  return [...trials.values()].sort((a, b) => a.flops - b.flops || (a.id < b.id ? -1 : 1));
}

/** The run that tuning varies: the cheapest on the path, or of the ladder where it has none. */
function cheapestRun(inputs: LadderInputs): PlannedTrial {
  const ladder = planLadder(inputs);
  return ladder.find(({ role }) => role === 'path') ?? ladder[0];
}

/** One cheap trial of the smallest size with another learning rate and batch. */
export function planTuning(inputs: LadderInputs, learningRate: number, batchTokens: number): PlannedTrial {
  const cheapest = cheapestRun(inputs);
  const recipe = { ...inputs.recipe, learningRate, batchTokens };
  const label = `-lr${Number(learningRate.toPrecision(4))}-b${batchTokens}`;
  return planTrial(inputs, 'tune', cheapest.model.width, cheapest.tokens, 0, { label, recipe });
}

/** The hero: the study's own size, or the smallest on the path that costs the wanted multiple of the ladder's dearest run. */
export function planHero(inputs: LadderInputs, ladder: readonly PlannedTrial[]): PlannedTrial | undefined {
  const { hero } = inputs.study;
  if (hero === false) return undefined;
  if (hero.size !== undefined) {
    return planTrial(inputs, 'hero', hero.size, hero.tokens ?? tokensOnPath(inputs, hero.size), 0);
  }
  const wanted = (hero.flops ?? 4) * Math.max(...ladder.map((trial) => trial.flops));
  const stride = inputs.study.model.heads * (inputs.study.model.positions === 'rotary' ? 2 : 1);
  const tokensAt = (width: number): number => hero.tokens ?? tokensOnPath(inputs, width);
  const isEnough = (width: number): boolean => {
    const { batchTokens } = inputs.recipe;
    const steps = Math.round(tokensAt(width) / batchTokens);
    return steps >= FEWEST_STEPS && trainingFlops(modelAt(inputs, width), steps * batchTokens, 'exact') >= wanted;
  };
  const width = stride * smallestWhere((count) => isEnough(stride * count), Math.floor(LARGEST_WIDTH / stride));
  if (Number.isFinite(width)) return planTrial(inputs, 'hero', width, tokensAt(width), 0);
  throw new IsoflopError('invalid-input', `no width up to ${LARGEST_WIDTH} costs ${wanted.toExponential(2)} FLOPs`, {
    path: 'hero.flops',
    hint: 'Lower hero.flops, or name hero.size and hero.tokens.',
  });
}

/** The smallest whole number from 1 to `most` at which a condition holds that then goes on holding; else infinity. */
function smallestWhere(holds: (value: number) => boolean, most: number): number {
  let high = 1;
  while (high < most && !holds(high)) high = Math.min(most, 2 * high);
  if (most < 1 || !holds(high)) return Infinity;
  let low = Math.floor(high / 2);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}
