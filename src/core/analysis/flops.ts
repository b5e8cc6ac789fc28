import { differentiate } from '../autodiff/differentiate.ts';
import { totalMacs } from '../graph/cost.ts';
import { buildForward } from '../model/index.ts';
import type { ModelSpec } from '../model/index.ts';
import type { FlopsConvention } from '../terms/conventions.ts';
import { countParameters } from './parameters.ts';

/** Multiply-accumulates of one sample: a window of `context` tokens for gpt, a row for mlp. */
export interface SampleMacs {
  readonly forward: number;
  /** Forward and backward. */
  readonly training: number;
}

/** Counts the matrix products of the graphs as they run: attention in full, also above the causal diagonal. */
export function sampleMacs(spec: ModelSpec): SampleMacs {
  const { graph } = differentiate(buildForward(spec, 1));
  return { forward: totalMacs(graph, 'forward'), training: totalMacs(graph) };
}

/**
 * FLOPs to train on a number of tokens (samples for mlp). `exact`: 2 x macs of the training graph. `6ND`: 6 x
 * non-embedding parameters x tokens (Kaplan et al. 2020, section 2.1).
 */
export function trainingFlops(spec: ModelSpec, tokens: number, convention: FlopsConvention): number {
  if (convention === '6ND') return 6 * countParameters(spec).nonEmbedding * tokens;
  const tokensPerSample = spec.family === 'gpt' ? spec.context : 1;
  return 2 * sampleMacs(spec).training * (tokens / tokensPerSample);
}
