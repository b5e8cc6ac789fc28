import type { Model } from '../../core/model/model.ts';
import { percentile } from '../../core/math/percentiles.ts';
import { graphFeatures } from '../../core/analysis/latency/calibration.ts';
import type { TimedProgram } from '../../core/analysis/latency/calibration.ts';
import { measureLatency, median } from './latency.ts';
import type { Timing } from './latency.ts';

/** The most that the process held in memory, which the engine cannot ask for itself. */
export interface MemoryGauge {
  reset(): void;
  /** Bytes since the reset. */
  peak(): number;
}

/** How fast a model predicts so many samples at once. Times in seconds. */
export interface BatchSpeed {
  readonly batch: number;
  readonly runs: number;
  readonly disturbed: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly samplesPerSecond: number;
  readonly cold: { readonly session: number; readonly firstRun: number };
  readonly peakBytes: number;
  /** For a calibration to learn from. */
  readonly program: TimedProgram;
}

/** Times a model at a batch on random weights. Throws `unavailable` that names an operator which the engine does not run. */
export async function measureBatch(
  model: Model,
  { batch, tokens }: { readonly batch: number; readonly tokens?: number },
  timing: Timing,
  memory: MemoryGauge,
): Promise<BatchSpeed> {
  const graph = model.lower({ batch, ...(tokens !== undefined && { tokens }) });
  memory.reset();
  const { seconds, disturbed, cold } = await measureLatency(graph, timing);
  const p50 = median(seconds);
  return {
    ...{ batch, runs: seconds.length, disturbed, p50 },
    p90: percentile(seconds, 0.9),
    p99: percentile(seconds, 0.99),
    samplesPerSecond: batch / p50,
    cold,
    peakBytes: memory.peak(),
    program: { name: model.name, features: graphFeatures(graph), seconds: p50 },
  };
}
