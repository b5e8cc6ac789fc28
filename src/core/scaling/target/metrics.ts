import { analyzeModel } from '../../analysis/index.ts';
import type { Analysis, AnalyzeOptions } from '../../analysis/index.ts';
import { parameterCounts } from '../../analysis/parameters.ts';
import { totalMacs } from '../../graph/cost.ts';
import type { Model } from '../../model/model.ts';
import { IsoflopError } from '../../terms/errors.ts';
import type { Goal, Metric } from './goal.ts';
import type { Metrics } from './solve.ts';

/** Metrics that need no more than a walk over the graph. */
const PLAIN: ReadonlySet<Metric> = new Set(['params', 'nonEmbedding', 'active', 'macs', 'flops']);

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

/** The metrics of a model; counts are of a batch, and of the whole training where they say so. */
export function measureModel(model: Model, wanted: ReadonlySet<Metric>, options: AnalyzeOptions): Metrics {
  if ([...wanted].every((metric) => PLAIN.has(metric))) return plainMetrics(model, options);
  const analysis = analyzeModel(model, options);
  return Object.fromEntries([...wanted].map((metric) => [metric, valueOf(analysis, metric, options)]));
}

function plainMetrics(model: Model, { batch = 1, tokens, attention }: AnalyzeOptions): Metrics {
  const graph = model.lower({ batch, ...(tokens !== undefined && { tokens }) });
  const counts = parameterCounts(graph);
  const macs = totalMacs(graph, 'forward', attention);
  return { params: counts.total, nonEmbedding: counts.nonEmbedding, active: counts.active, macs, flops: 2 * macs };
}

function valueOf(analysis: Analysis, metric: Metric, { samples = 0 }: AnalyzeOptions): number {
  const { parameters, memory, time, batch, tokens = 1 } = analysis;
  const batches = samples / (batch * tokens);
  switch (metric) {
    case 'params':
      return parameters.total;
    case 'nonEmbedding':
    case 'active':
      return parameters[metric];
    case 'macs':
    case 'flops':
    case 'activations':
      return analysis[metric];
    case 'trainingFlops':
      return analysis.trainingFlops * batches;
    case 'memory':
      return memory.inference.total;
    case 'trainingMemory':
      return memory.training.total;
    case 'latency':
      return time!.predictionSeconds;
    case 'trainingTime':
      return time!.trainingSeconds * batches;
  }
}
