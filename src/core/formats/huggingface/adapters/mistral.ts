import type { Adapter } from '../adapter.ts';
import { oneWindow } from '../windows.ts';
import { LLAMA_DEFAULTS, LLAMA_KEYS, llamaOptions } from './llama.ts';

export const MISTRAL_DEFAULTS = {
  ...LLAMA_DEFAULTS,
  intermediate_size: 14336,
  num_key_value_heads: 8,
  max_position_embeddings: 131_072,
  sliding_window: 4096,
};

/** Every block has the window, whatever `layer_types` says: the class does not read it. */
export const mistral: Adapter = {
  modelType: 'mistral',
  defaults: MISTRAL_DEFAULTS,
  keys: { ...LLAMA_KEYS, 'attention.slidingWindow': ['sliding_window'] },
  read: (config) => {
    const options = llamaOptions(config);
    return { ...options, attention: { ...options.attention, ...oneWindow(config) } };
  },
};

/** Mixtral: every feed-forward part is a mixture of experts as wide as a dense one. */
export const mixtral: Adapter = {
  modelType: 'mixtral',
  defaults: {
    ...MISTRAL_DEFAULTS,
    rms_norm_eps: 1e-5,
    sliding_window: null,
    num_experts_per_tok: 2,
    num_local_experts: 8,
  },
  keys: {
    ...LLAMA_KEYS,
    'feedForward.hidden': [],
    'experts.hidden': ['intermediate_size'],
    'experts.routed': [['num_local_experts', 'num_experts']],
    'experts.active': ['num_experts_per_tok'],
    'attention.slidingWindow': ['sliding_window'],
  },
  read: (config) => {
    const options = llamaOptions(config);
    return {
      ...options,
      attention: { ...options.attention, ...oneWindow(config) },
      experts: {
        routed: config.int(['num_local_experts', 'num_experts']),
        active: config.int('num_experts_per_tok'),
        hidden: config.int('intermediate_size'),
      },
    };
  },
};
