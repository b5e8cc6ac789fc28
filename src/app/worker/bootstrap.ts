import type { Fit } from '../../core/terms/fit.ts';
import type { Observations } from '../../core/terms/observation.ts';
import type { ProgressListener } from '../../core/terms/progress.ts';
import { ranges, runParts } from './pool.ts';

export interface ParallelBootstrapOptions {
  readonly draws: number;
  /** Default 1. */
  readonly seed?: number;
  readonly threads?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: ProgressListener;
}

/** Draws a part: short enough to show progress, long enough that a thread compiles its law for many. */
const DRAWS_A_PART = 50;

/** `bootstrapFits` over threads: the same digits, since each draw owns its seed. */
export async function bootstrapOverThreads(
  fit: Fit,
  data: Observations,
  { draws, seed = 1, threads, signal, onProgress }: ParallelBootstrapOptions,
): Promise<number[][]> {
  const report = (done: number): void =>
    onProgress?.({ stage: 'bootstrap', done: Math.min(draws, done * DRAWS_A_PART), total: draws });
  const parts = await runParts('bootstrap-fits', { fit, data, seed }, ranges(draws, DRAWS_A_PART), {
    ...(threads === undefined ? {} : { threads }),
    ...(signal === undefined ? {} : { signal }),
    onPart: report,
  });
  return parts.flat();
}
