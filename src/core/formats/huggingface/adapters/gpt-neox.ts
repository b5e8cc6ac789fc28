import { readActivation } from '../activations.ts';
import type { Adapter } from '../adapter.ts';
import type { ConfigReader } from '../config-reader.ts';
import { decoderHead } from '../heads.ts';
import { biasOf } from './llama.ts';

/** Part of each head that is rotated; transformers 5 keeps it in `rope_parameters`. */
function rotaryFraction(config: ConfigReader): number {
  const inside = config.part('rope_parameters').partial_rotary_factor;
  return typeof inside === 'number' ? inside : config.number('rotary_pct');
}

/** GPT-NeoX and Pythia. */
export const gptNeox: Adapter = {
  modelType: 'gpt_neox',
  defaults: {
    vocab_size: 50_432,
    hidden_size: 6144,
    num_hidden_layers: 44,
    num_attention_heads: 64,
    intermediate_size: 24_576,
    hidden_act: 'gelu',
    max_position_embeddings: 2048,
    layer_norm_eps: 1e-5,
    tie_word_embeddings: false,
    use_parallel_residual: true,
    attention_bias: true,
    rotary_pct: 0.25,
  },
  keys: {
    vocabulary: ['vocab_size'],
    context: ['max_position_embeddings'],
    width: ['hidden_size'],
    depth: ['num_hidden_layers'],
    'attention.heads': ['num_attention_heads'],
    'feedForward.hidden': ['intermediate_size'],
  },
  read: (config) => ({
    family: 'transformer',
    vocabulary: config.int('vocab_size'),
    context: config.int('max_position_embeddings'),
    width: config.int('hidden_size'),
    depth: config.int('num_hidden_layers'),
    attention: { heads: config.int('num_attention_heads'), bias: biasOf(config) },
    feedForward: {
      hidden: config.int('intermediate_size'),
      activation: readActivation(config, 'hidden_act'),
      gated: false,
      bias: true,
    },
    rotaryFraction: rotaryFraction(config),
    norm: 'layernorm',
    normEpsilon: config.number('layer_norm_eps'),
    residual: config.boolean('use_parallel_residual') ? 'parallel' : 'pre',
    names: 'gpt-neox',
    ...decoderHead(config, { tokens: 'classifier' }),
  }),
};
