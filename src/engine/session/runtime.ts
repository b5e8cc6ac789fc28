import type * as Runtime from 'onnxruntime-node';
import type { InferenceSession } from 'onnxruntime-node';
import { IsoflopError } from '../../core/terms/errors.ts';

let runtime: Promise<typeof Runtime> | undefined;

/** Loads onnxruntime when something first trains: it is large and optional. */
export function loadRuntime(): Promise<typeof Runtime> {
  runtime ??= import('onnxruntime-node').catch((cause: unknown) => {
    throw new IsoflopError('unavailable', 'training needs the package onnxruntime-node, which could not be loaded', {
      hint: 'Install it with `npm install onnxruntime-node` (onnxruntime-node-install=skip in .npmrc avoids its download of CUDA).',
      cause,
    });
  });
  return runtime;
}

/** A session over a serialised program. One thread runs without a pool; more do not spin, so that trials share cores. */
export async function createSession(bytes: Uint8Array, threads: number): Promise<InferenceSession> {
  const ort = await loadRuntime();
  return ort.InferenceSession.create(bytes, {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    enableMemPattern: false,
    logSeverityLevel: 3,
    extra: { session: { intra_op: { allow_spinning: threads > 1 ? '1' : '0' }, set_denormal_as_zero: '1' } },
  });
}
