import { log } from '../../math/elementary.ts';
import { rootMeanSquare } from '../../math/means.ts';
import { regress } from '../../math/regression.ts';
import { IsoflopError } from '../../terms/errors.ts';
import type { Fit, Objective } from '../../terms/fit.ts';
import type { Observations } from '../../terms/observation.ts';
import { fitLaw } from '../fit/fit-law.ts';
import { modelOf } from '../fit/model.ts';
import { fitCovariance } from '../uncertainty/covariance.ts';
import { bandOf } from '../uncertainty/quantity.ts';
import { capabilitiesOf, imputationErrors, principalCapabilities } from './capability.ts';
import type { Capabilities } from './capability.ts';
import { sigmoidLaw } from './sigmoid-law.ts';

/** A published model. */
export interface PublishedModel {
  readonly name: string;
  readonly family: string;
  readonly flops: number;
  /** Benchmark scores from 0 to 1, NaN where there is none. */
  readonly scores: readonly number[];
  /** The score to forecast. */
  readonly target: number;
}

/** A held-out model: what came, and what each way expected before. */
export interface HeldOut {
  readonly name: string;
  readonly flops: number;
  readonly target: number;
  /** From its own benchmark scores, with the interval for a new model, within 0 and 1. */
  readonly expected: number;
  readonly interval: { readonly low: number; readonly high: number };
  /** From compute alone, by the line of its family; absent where the family has no smaller model. */
  readonly fromFamily?: number;
  readonly fromCompute: number;
}

/** An observational law with its check on larger models. */
export interface ObservationalLaw {
  readonly capabilities: Capabilities;
  readonly fit: Fit;
  /** Change of each capability with the natural logarithm of compute, shared by families that start apart. */
  readonly slopes: readonly number[];
  readonly families: Readonly<Record<string, readonly number[]>>;
  readonly imputation: { readonly components: number; readonly means: number };
  readonly trained: number;
  readonly cutoff: number;
  readonly heldOut: readonly HeldOut[];
  /** Root mean square errors on the held-out models; `lastValue`: the mean of the three dearest models trained on. */
  readonly errors: {
    readonly capabilities: number;
    readonly compute: number;
    readonly lastValue: number;
    /** Over those with a family, and how many they are; null where there is none. */
    readonly family: { readonly error: number; readonly models: number } | null;
  };
  /** Share of held-out models inside their 95 % interval. */
  readonly coverage: number;
  readonly verdict: 'holds' | 'no better than compute' | 'no better than the last value';
}

export interface ObservationalOptions {
  readonly components?: number;
  /** Models dearer than this are held out. Default: the dearest three in ten. */
  readonly cutoff?: number;
  /** Score of guessing. Default 0. */
  readonly chance?: number;
}

const OBJECTIVE: Objective = { kind: 'least-squares', residual: 'linear' };
const HELD_OUT_SHARE = 0.3;
const FEWEST_HELD_OUT = 3;

/**
 * From benchmark scores to a target: components of the scores, then a sigmoid of them (Ruan et al. 2024, arXiv 2405.10938). Everything is
 * fitted to models up to the cutoff; dearer ones are held out, and the law is compared with compute alone and with the last value.
 */
export function fitObservational(
  models: readonly PublishedModel[],
  options: ObservationalOptions = {},
): ObservationalLaw {
  const { components = 3, chance = 0 } = options;
  const sorted = models.toSorted((a, b) => a.flops - b.flops);
  const cutoff = options.cutoff ?? sorted[Math.ceil((1 - HELD_OUT_SHARE) * sorted.length) - 1]?.flops ?? 0;
  const [small, large] = [sorted.filter(({ flops }) => flops <= cutoff), sorted.filter(({ flops }) => flops > cutoff)];
  requireEnough(small, large, components);
  const scores = small.map((model) => model.scores);
  const capabilities = principalCapabilities(scores, components);
  const names = Array.from({ length: components }, (_, k) => `pc${k + 1}`);
  const places = small.map((model) => capabilitiesOf(capabilities, model.scores));
  const byCapability = fitSigmoid(names, places, small, chance);
  const scale = (flops: number): number[] => [log(flops / cutoff)];
  const byCompute = fitSigmoid(
    ['logFlops'],
    small.map(({ flops }) => scale(flops)),
    small,
    chance,
  );
  const lines = familyLines(small, places, cutoff);
  const band = bandOf(byCapability.fit, fitCovariance(byCapability.fit, byCapability.data), 'new-run');
  const heldOut = large.map((model): HeldOut => {
    const own = capabilitiesOf(capabilities, model.scores);
    const at = Object.fromEntries(names.map((name, k) => [name, own[k]]));
    const { loss: expected, low, high } = band(at);
    const start = lines.families[model.family];
    const along = start?.map((value, k) => value + lines.slopes[k] * log(model.flops / cutoff));
    return {
      name: model.name,
      flops: model.flops,
      target: model.target,
      expected,
      interval: { low: Math.max(0, low), high: Math.min(1, high) },
      ...(along && { fromFamily: valueAt(byCapability.fit, along) }),
      fromCompute: valueAt(byCompute.fit, scale(model.flops)),
    };
  });
  const errors = errorsOf(heldOut, small);
  return {
    capabilities,
    fit: byCapability.fit,
    ...lines,
    imputation: imputationErrors(scores, components),
    trained: small.length,
    cutoff,
    heldOut,
    errors,
    coverage:
      heldOut.filter(({ target, interval }) => target >= interval.low && target <= interval.high).length /
      heldOut.length,
    verdict: verdictOf(errors),
  };
}

function requireEnough(small: readonly PublishedModel[], large: readonly PublishedModel[], components: number): void {
  const wanted = components + 4;
  if (small.length >= wanted && large.length >= FEWEST_HELD_OUT) return;
  throw new IsoflopError(
    'not-identifiable',
    `${components} components need ${wanted} models up to the cutoff and ${FEWEST_HELD_OUT} beyond, got ${small.length} and ${large.length}`,
    { hint: 'Move --cutoff, ask for fewer --components, or add models.' },
  );
}

function fitSigmoid(
  names: readonly string[],
  places: readonly (readonly number[])[],
  models: readonly PublishedModel[],
  chance: number,
): { fit: Fit; data: Observations } {
  const data: Observations = {
    rows: models.length,
    columns: {
      ...Object.fromEntries(names.map((name, k) => [name, Float64Array.from(places, (place) => place[k])])),
      score: Float64Array.from(models, ({ target }) => target),
    },
    runs: models.map(({ name }) => name),
    conventions: {},
    exclusions: [],
  };
  return { fit: fitLaw(sigmoidLaw(names, chance), data, { objective: OBJECTIVE }), data };
}

function valueAt({ law, parameters }: Fit, place: readonly number[]): number {
  const raw = law.parameters.map(({ name }) => parameters[name]);
  return modelOf(law).values(
    raw,
    place.map((value) => [value]),
    1,
  )[0];
}

/** Each capability at the cutoff by family, and one slope over log compute for all of them (analysis of covariance). */
function familyLines(
  models: readonly PublishedModel[],
  places: readonly (readonly number[])[],
  cutoff: number,
): Pick<ObservationalLaw, 'slopes' | 'families'> {
  const names = [...new Set(models.map(({ family }) => family))];
  const design = models.map(({ family, flops }) => [
    log(flops / cutoff),
    ...names.map((name) => (name === family ? 1 : 0)),
  ]);
  const fits = places[0].map((_, k) =>
    regress(
      design,
      places.map((place) => place[k]),
    ),
  );
  if (fits.some((fit) => !fit)) return { slopes: [], families: {} };
  return {
    slopes: fits.map((fit) => fit!.coefficients[0]),
    families: Object.fromEntries(names.map((name, index) => [name, fits.map((fit) => fit!.coefficients[index + 1])])),
  };
}

function errorsOf(heldOut: readonly HeldOut[], small: readonly PublishedModel[]): ObservationalLaw['errors'] {
  const last = small.slice(-3).reduce((sum, { target }) => sum + target / 3, 0);
  const ofFamily = heldOut.flatMap(({ target, fromFamily }) => (fromFamily === undefined ? [] : [fromFamily - target]));
  return {
    capabilities: rootMeanSquare(heldOut.map(({ target, expected }) => expected - target)),
    compute: rootMeanSquare(heldOut.map(({ target, fromCompute }) => fromCompute - target)),
    lastValue: rootMeanSquare(heldOut.map(({ target }) => last - target)),
    family: ofFamily.length > 0 ? { error: rootMeanSquare(ofFamily), models: ofFamily.length } : null,
  };
}

function verdictOf({ capabilities, compute, lastValue }: ObservationalLaw['errors']): ObservationalLaw['verdict'] {
  if (capabilities >= lastValue) return 'no better than the last value';
  return capabilities >= compute ? 'no better than compute' : 'holds';
}
