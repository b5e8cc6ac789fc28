import type { AttentionCount } from '../graph/cost.ts';
import { buildForward } from '../model/index.ts';
import type { ModelSpec } from '../model/index.ts';
import type { FlopsConvention } from '../terms/conventions.ts';
import { factsOf } from './facts.ts';
import type { GraphFacts } from './facts.ts';
import { itemsOf, productMacs } from './items.ts';
import { countParameters } from './parameters.ts';
import { trainingMacsOf } from './training.ts';

/** Multiply-accumulates of a graph's batch. */
export interface Macs {
  readonly forward: number;
  /** Forward and backward. */
  readonly training: number;
}

/** Multiply-accumulates of one sample: a window of `context` tokens for gpt, a row for mlp. */
export type SampleMacs = Macs;

export function macsOfGraph(facts: GraphFacts, attention: AttentionCount = 'full'): Macs {
  let [forward, training] = [0, 0];
  for (const operator of facts.operators) {
    forward += productMacs(itemsOf(facts, operator, attention));
    training += trainingMacsOf(facts, operator, attention);
  }
  return { forward, training };
}

/** Counts the matrix products of the graphs as they run: attention in full, also above the causal diagonal. */
export const sampleMacs = (spec: ModelSpec): SampleMacs => macsOfGraph(factsOf(buildForward(spec, 1)));

/**
 * FLOPs to train on a number of tokens (samples for mlp). `exact`: 2 x macs of the training graph. `6ND`: 6 x parameters x
 * tokens, tables that are only looked up left out (Kaplan et al. 2020, section 2.1).
 */
export function trainingFlops(spec: ModelSpec, tokens: number, convention: FlopsConvention): number {
  if (convention === '6ND') return 6 * countParameters(spec).nonLookup * tokens;
  const tokensPerSample = spec.family === 'gpt' ? spec.context : 1;
  return 2 * sampleMacs(spec).training * (tokens / tokensPerSample);
}
