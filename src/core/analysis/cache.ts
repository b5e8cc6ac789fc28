import type { Operator } from '../graph/types.ts';
import type { GraphFacts } from './facts.ts';

/** What one layer of causal attention keeps of the tokens that went before. */
export interface LayerCache {
  readonly layer: string;
  /** Numbers a token. */
  readonly perToken: number;
  /** Tokens that are kept at most: the window where one slides. */
  readonly tokens: number;
}

/** Caches of all layers with causal attention, for one sequence. Grouped heads keep fewer; latent attention says what it keeps. */
export const cachesOf = ({ graph, operators }: GraphFacts): LayerCache[] =>
  operators.filter(isCached).map(({ layer, inputs, attributes }) => {
    const [key, value] = [graph.tensors[inputs[1]].shape, graph.tensors[inputs[2]].shape];
    return {
      layer,
      perToken: attributes.cachePerToken ?? key[1] * key[3] + value[1] * value[3],
      tokens: Math.min(key[2], attributes.slidingWindow ?? Infinity),
    };
  });

const isCached = ({ kind, attributes }: Operator): boolean => kind === 'attention' && attributes.causal === true;
