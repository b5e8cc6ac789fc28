import type { Adapter } from '../adapter.ts';
import type { ConfigReader } from '../config-reader.ts';
import type { Windows } from '../windows.ts';
import { oneWindow, windows } from '../windows.ts';
import { LLAMA_DEFAULTS, LLAMA_KEYS, biasOf, llamaOptions } from './llama.ts';

const QWEN_DEFAULTS = {
  ...LLAMA_DEFAULTS,
  vocab_size: 151_936,
  intermediate_size: 22_016,
  num_key_value_heads: 32,
  max_position_embeddings: 32_768,
  use_sliding_window: false,
  sliding_window: 4096,
  max_window_layers: 28,
  layer_types: null,
};

const WINDOW_KEYS: Adapter['keys'] = { ...LLAMA_KEYS, 'attention.slidingWindow': ['sliding_window'] };

/** Windows count where they are asked for; the dense models have them from layer `max_window_layers` on. */
function qwenWindows(config: ConfigReader, slides?: (layer: number) => boolean): Windows {
  if (!config.boolean('use_sliding_window')) return {};
  const from = config.int('max_window_layers', 0);
  return windows(config, slides ?? ((layer) => layer >= from));
}

/** Queries, keys and values have biases though no key says so. */
export const qwen2: Adapter = {
  modelType: 'qwen2',
  defaults: QWEN_DEFAULTS,
  keys: WINDOW_KEYS,
  perLayer: ['layer_types'],
  read: (config) => {
    const options = llamaOptions(config);
    return { ...options, attention: { ...options.attention, bias: 'qkv', ...qwenWindows(config) } };
  },
};

/** Queries and keys are normalised head by head, and the size of a head stands apart from the width. */
export const qwen3: Adapter = {
  modelType: 'qwen3',
  defaults: { ...QWEN_DEFAULTS, head_dim: 128 },
  keys: WINDOW_KEYS,
  perLayer: ['layer_types'],
  read: (config) => {
    const options = llamaOptions(config);
    return {
      ...options,
      attention: { ...options.attention, headNorm: true, bias: biasOf(config), ...qwenWindows(config) },
    };
  },
};

const EXPERTS = ['num_experts', 'num_local_experts', 'n_routed_experts'];

const EXPERT_KEYS: Adapter['keys'] = {
  ...WINDOW_KEYS,
  'experts.routed': [EXPERTS],
  'experts.active': ['num_experts_per_tok'],
  'experts.hidden': ['moe_intermediate_size'],
};

const EXPERT_DEFAULTS = { decoder_sparse_step: 1, mlp_only_layers: null };

/** Layer i has experts where decoder_sparse_step divides i + 1 and `mlp_only_layers` does not name it. */
function qwenExperts(config: ConfigReader): Record<string, unknown> {
  const routed = config.int(EXPERTS, 0);
  const every = config.int('decoder_sparse_step');
  if (routed === 0) return {};
  return {
    routed,
    active: config.int('num_experts_per_tok'),
    hidden: config.int('moe_intermediate_size'),
    every,
    phase: every - 1,
    denseLayers: config.ints('mlp_only_layers'),
  };
}

/** Adds a shared expert behind a gate of its own. */
export const qwen2Moe: Adapter = {
  modelType: 'qwen2_moe',
  defaults: {
    ...QWEN_DEFAULTS,
    ...EXPERT_DEFAULTS,
    hidden_size: 2048,
    intermediate_size: 5632,
    num_hidden_layers: 24,
    num_attention_heads: 16,
    num_key_value_heads: 16,
    moe_intermediate_size: 1408,
    shared_expert_intermediate_size: 5632,
    num_experts_per_tok: 4,
    num_experts: 60,
    qkv_bias: true,
  },
  keys: { ...EXPERT_KEYS, 'experts.shared': ['shared_expert_intermediate_size'] },
  perLayer: ['layer_types'],
  read: (config) => {
    const options = llamaOptions(config);
    const experts = qwenExperts(config);
    const upTo = config.int('max_window_layers', 0);
    return {
      ...options,
      attention: {
        ...options.attention,
        bias: config.boolean('qkv_bias') ? 'qkv' : 'none',
        ...qwenWindows(config, (layer) => layer % 2 === 0 && layer < upTo),
      },
      ...(experts.routed
        ? { experts: { ...experts, shared: config.int('shared_expert_intermediate_size'), sharedGate: true } }
        : {}),
    };
  },
};

export const qwen3Moe: Adapter = {
  modelType: 'qwen3_moe',
  defaults: {
    ...QWEN_DEFAULTS,
    ...EXPERT_DEFAULTS,
    hidden_size: 2048,
    intermediate_size: 6144,
    num_hidden_layers: 24,
    num_key_value_heads: 4,
    moe_intermediate_size: 768,
    num_experts_per_tok: 8,
    num_experts: 128,
  },
  keys: EXPERT_KEYS,
  read: (config) => {
    const options = llamaOptions(config);
    const experts = qwenExperts(config);
    return {
      ...options,
      attention: {
        ...options.attention,
        headNorm: true,
        bias: biasOf(config),
        ...(config.boolean('use_sliding_window') ? oneWindow(config) : {}),
      },
      ...(experts.routed ? { experts } : {}),
    };
  },
};
