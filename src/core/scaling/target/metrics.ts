import type { AnalyzeOptions } from '../../analysis/index.ts';
import { CONVENTIONS } from '../../analysis/conventions.ts';
import { factsOf } from '../../analysis/facts.ts';
import type { GraphFacts } from '../../analysis/facts.ts';
import { tokensOf } from '../../analysis/input.ts';
import { activationsOf } from '../../analysis/layers.ts';
import { predictionSeconds } from '../../analysis/latency/calibration.ts';
import { inferenceBytes, keptActivations, trainingBytes } from '../../analysis/memory.ts';
import { parameterCounts } from '../../analysis/parameters.ts';
import type { ParameterCounts } from '../../analysis/parameters.ts';
import { usualRecipe } from '../../analysis/precision.ts';
import type { PrecisionRecipe } from '../../analysis/precision.ts';
import { efficiencyOf, peakOf, rooflineTime, trafficOf } from '../../analysis/roofline.ts';
import { trainingMacsOf } from '../../analysis/training.ts';
import { totalMacs } from '../../graph/cost.ts';
import type { AttentionCount } from '../../graph/cost.ts';
import type { Operator } from '../../graph/types.ts';
import type { Model } from '../../model/model.ts';
import { IsoflopError } from '../../terms/errors.ts';
import type { Goal, Metric } from './goal.ts';
import type { Metrics } from './solve.ts';

/** What a goal bounds or optimises, and always the parameters and MACs. */
export function wantedMetrics({ targets, optimize }: Goal): Set<Metric> {
  return new Set<Metric>([
    'params',
    'macs',
    ...targets.map(({ metric }) => metric),
    ...(optimize ? [optimize.metric] : []),
  ]);
}

/** Refuses a goal that cannot be measured with what is known. */
export function checkMeasurable(wanted: ReadonlySet<Metric>, options: AnalyzeOptions): void {
  const timed = (['latency', 'trainingTime'] as const).find((metric) => wanted.has(metric));
  if (timed && !options.device)
    throw new IsoflopError('invalid-input', `${timed} depends on a device, and none is named`, {
      path: '--target',
      hint: 'Name one with --device; isoflop devices lists them.',
    });
  const whole = (['trainingFlops', 'trainingTime'] as const).find((metric) => wanted.has(metric));
  if (whole && options.samples === undefined)
    throw new IsoflopError('invalid-input', `${whole} depends on how much is trained on, and that is not told`, {
      path: '--target',
      hint: 'Say it with --samples: samples, or tokens for models of text.',
    });
}

/** A graph with what its metrics are told from. */
interface Subject {
  readonly facts: GraphFacts;
  readonly counts: ParameterCounts;
  readonly attention: AttentionCount;
  readonly recipe: PrecisionRecipe;
  readonly batch: number;
  /** Batches of the whole training. */
  readonly batches: number;
  readonly options: AnalyzeOptions;
}

/**
 * The metrics of a model as `analyzeModel` tells them; counts are of a batch, and of the whole training where they say so. A search
 * asks thousands of times: what is not wanted is not computed.
 */
export function measureModel(model: Model, wanted: ReadonlySet<Metric>, options: AnalyzeOptions): Metrics {
  const { batch = 1, tokens, attention = 'full', samples = 0 } = options;
  const facts = factsOf(model.lower({ batch, ...(tokens !== undefined && { tokens }) }));
  const length = tokensOf(facts.graph);
  const subject: Subject = {
    facts,
    counts: parameterCounts(facts.graph),
    attention,
    recipe: options.recipe ?? usualRecipe(length),
    batch,
    batches: samples / (batch * (length ?? 1)),
    options,
  };
  return Object.fromEntries([...wanted].map((metric) => [metric, MEASURES[metric](subject)]));
}

const MEASURES: Readonly<Record<Metric, (subject: Subject) => number>> = {
  params: ({ counts }) => counts.total,
  nonEmbedding: ({ counts }) => counts.nonEmbedding,
  active: ({ counts }) => counts.active,
  macs: forwardMacs,
  flops: (subject) => 2 * forwardMacs(subject),
  trainingFlops: (subject) => 2 * trainingMacs(subject) * subject.batches,
  activations: (subject) => {
    const { convention = CONVENTIONS.isoflop } = subject.options;
    const { attention } = subject;
    return sum(subject, (operator) => activationsOf(subject.facts, operator, { convention, attention }));
  },
  memory: ({ facts, recipe, batch }) => inferenceBytes(facts, recipe, batch).total,
  trainingMemory: ({ facts, recipe, options: { checkpointing = 'none' } }) =>
    trainingBytes(facts, recipe, keptActivations(facts, recipe.activations, checkpointing)).total,
  latency: (subject) => {
    const { facts, recipe, attention, options } = subject;
    const device = options.device!;
    if (device.latency) return predictionSeconds(facts, device.latency);
    const secondsOf = (operator: Operator): number =>
      rooflineTime(trafficOf(facts, operator, recipe, attention), device, recipe, efficiencyOf(device, 'prediction'))
        .seconds;
    return sum(subject, secondsOf);
  },
  trainingTime: (subject) => {
    const { recipe, options, batches } = subject;
    const device = options.device!;
    const speed = peakOf(device, recipe) * efficiencyOf(device, 'training').compute;
    return ((2 * trainingMacs(subject)) / speed) * batches;
  },
};

const sum = ({ facts }: Subject, of: (operator: Operator) => number): number =>
  facts.operators.reduce((total, operator) => total + of(operator), 0);

function forwardMacs({ facts, attention }: Subject): number {
  return totalMacs(facts.graph, 'forward', attention);
}

function trainingMacs(subject: Subject): number {
  return sum(subject, (operator) => trainingMacsOf(subject.facts, operator, subject.attention));
}
