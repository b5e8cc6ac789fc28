import type { Adapter } from '../adapter.ts';
import type { ConfigReader } from '../config-reader.ts';
import { LLAMA_DEFAULTS, LLAMA_KEYS, biasOf, llamaOptions, wantWholeHeads } from './llama.ts';

const ROUTED = ['n_routed_experts', 'num_experts', 'num_local_experts'];

const KEYS: Adapter['keys'] = {
  ...LLAMA_KEYS,
  // Keys come from the latent vector: as many key-value heads as heads, which the class wants said.
  'attention.heads': ['num_attention_heads', 'num_key_value_heads'],
  'attention.kvHeads': [],
  'attention.headSize': [],
  'attention.latent.queryRank': ['q_lora_rank'],
  'attention.latent.keyValueRank': ['kv_lora_rank'],
  'attention.latent.plainSize': ['qk_nope_head_dim'],
  'attention.latent.rotarySize': ['qk_rope_head_dim'],
  'attention.latent.valueSize': ['v_head_dim'],
  'experts.routed': [ROUTED],
  'experts.active': ['num_experts_per_tok'],
  'experts.hidden': ['moe_intermediate_size'],
  'experts.first': ['first_k_dense_replace'],
};

const DEFAULTS = {
  ...LLAMA_DEFAULTS,
  q_lora_rank: 1536,
  kv_lora_rank: 512,
  qk_nope_head_dim: 128,
  qk_rope_head_dim: 64,
  v_head_dim: 128,
  moe_layer_freq: 1,
};

/**
 * DeepSeek's own code, which `auto_map` names, puts experts into layers that `moe_layer_freq` divides. The classes in
 * transformers do not read that key.
 */
const expertsEvery = (config: ConfigReader): number => (config.config.auto_map ? config.int('moe_layer_freq') : 1);

/** What is not counted, and what is not read. */
function notes(config: ConfigReader): string[] {
  const further = config.optionalInt(['num_nextn_predict_layers', 'num_mtp_layers'], 0) ?? 0;
  const isIgnored = config.int('moe_layer_freq') !== expertsEvery(config);
  return [
    ...(further > 0 ? [`without its ${further} module${further > 1 ? 's' : ''} for further tokens`] : []),
    ...(isIgnored ? ['moe_layer_freq counts only with auto_map, as in transformers'] : []),
  ];
}

/** Layer i has experts from `first_k_dense_replace` on. Shared experts are one wide one. */
function readDeepSeek(config: ConfigReader, routerBias: boolean): ReturnType<Adapter['read']> {
  const options = llamaOptions(config);
  const queryRank = config.optionalInt('q_lora_rank');
  const hidden = config.int('moe_intermediate_size');
  return {
    ...options,
    attention: {
      heads: config.int('num_attention_heads'),
      bias: biasOf(config),
      latent: {
        ...(queryRank ? { queryRank } : {}),
        keyValueRank: config.int('kv_lora_rank'),
        plainSize: config.int('qk_nope_head_dim'),
        rotarySize: config.int('qk_rope_head_dim'),
        valueSize: config.int('v_head_dim'),
      },
    },
    experts: {
      routed: config.int(ROUTED),
      active: config.int('num_experts_per_tok'),
      hidden,
      shared: hidden * (config.optionalInt('n_shared_experts', 0) ?? 0),
      first: config.optionalInt('first_k_dense_replace', 0) ?? 0,
      every: expertsEvery(config),
      routerBias,
    },
  };
}

export const deepseekV2: Adapter = {
  modelType: 'deepseek_v2',
  defaults: {
    ...DEFAULTS,
    vocab_size: 102_400,
    first_k_dense_replace: 0,
    n_routed_experts: 64,
    n_shared_experts: 2,
    num_experts_per_tok: null,
    moe_intermediate_size: 1407,
  },
  keys: KEYS,
  notes,
  read: (config) => {
    wantWholeHeads(config);
    const options = readDeepSeek(config, false);
    return { ...options, feedForward: { ...(options.feedForward as object), bias: config.boolean('mlp_bias') } };
  },
};

/** The modules that predict further tokens (`num_nextn_predict_layers`) stand beside the model and are not counted. */
export const deepseekV3: Adapter = {
  modelType: 'deepseek_v3',
  defaults: {
    ...DEFAULTS,
    vocab_size: 129_280,
    hidden_size: 7168,
    intermediate_size: 18_432,
    num_hidden_layers: 61,
    num_attention_heads: 128,
    num_key_value_heads: 128,
    max_position_embeddings: 4096,
    first_k_dense_replace: 3,
    n_routed_experts: 256,
    n_shared_experts: 1,
    num_experts_per_tok: 8,
    moe_intermediate_size: 2048,
  },
  keys: KEYS,
  notes,
  read: (config) => readDeepSeek(config, true),
};
