import { readActivation } from '../activations.ts';
import type { Adapter } from '../adapter.ts';
import type { ConfigReader } from '../config-reader.ts';
import { windows } from '../windows.ts';
import { LLAMA_DEFAULTS, LLAMA_KEYS, biasOf, llamaOptions, wantWholeHeads } from './llama.ts';

const GEMMA_DEFAULTS = {
  ...LLAMA_DEFAULTS,
  vocab_size: 256_000,
  hidden_size: 3072,
  intermediate_size: 24_576,
  num_hidden_layers: 28,
  num_attention_heads: 16,
  num_key_value_heads: 16,
  head_dim: 256,
  hidden_act: 'gelu_pytorch_tanh',
  max_position_embeddings: 8192,
  tie_word_embeddings: true,
};

/** The released files say `gelu` and mean its approximation by tanh. */
function activation(config: ConfigReader, key: string): string {
  const name = readActivation(config, key);
  return name === 'gelu' ? 'gelu-tanh' : name;
}

export const gemma: Adapter = {
  modelType: 'gemma',
  defaults: GEMMA_DEFAULTS,
  keys: LLAMA_KEYS,
  read: (config) => {
    const options = llamaOptions(config);
    return {
      ...options,
      embeddingScale: true,
      attention: { ...options.attention, bias: biasOf(config) },
      feedForward: { ...options.feedForward, activation: activation(config, 'hidden_act') },
    };
  },
};

/** Windows in every other block, four norms, soft caps. */
export const gemma2: Adapter = {
  modelType: 'gemma2',
  defaults: {
    ...GEMMA_DEFAULTS,
    hidden_size: 2304,
    intermediate_size: 9216,
    num_hidden_layers: 26,
    num_attention_heads: 8,
    num_key_value_heads: 4,
    hidden_activation: 'gelu_pytorch_tanh',
    query_pre_attn_scalar: 256,
    sliding_window: 4096,
    layer_types: null,
    final_logit_softcapping: 30,
    attn_logit_softcapping: 50,
  },
  keys: { ...LLAMA_KEYS, 'attention.slidingWindow': ['sliding_window'] },
  perLayer: ['layer_types'],
  read: (config) => {
    wantWholeHeads(config);
    const options = llamaOptions(config);
    const [softcap, logitSoftcap] = ['attn_logit_softcapping', 'final_logit_softcapping'].map((key) =>
      config.optionalNumber(key),
    );
    return {
      ...options,
      embeddingScale: true,
      residual: 'sandwich',
      names: 'gemma2',
      ...(logitSoftcap ? { logitSoftcap } : {}),
      attention: {
        ...options.attention,
        bias: biasOf(config),
        scale: config.number('query_pre_attn_scalar') ** -0.5,
        ...(softcap ? { softcap } : {}),
        ...windows(config, (layer) => layer % 2 === 0),
      },
      feedForward: { ...options.feedForward, activation: activation(config, 'hidden_activation') },
    };
  },
};
