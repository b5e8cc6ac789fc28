import { readActivation } from '../activations.ts';
import type { Adapter } from '../adapter.ts';
import type { ConfigReader } from '../config-reader.ts';
import { decoderHead } from '../heads.ts';

/** Rows of the position table before the first: the class keeps fairseq's offset. */
const POSITION_OFFSET = 2;

/** The token table is as wide as the model where no key says otherwise. */
function embeddingSize(config: ConfigReader): { embeddingSize?: number } {
  const size = config.optionalInt('word_embed_proj_dim');
  return size === undefined || size === config.int('hidden_size') ? {} : { embeddingSize: size };
}

/** OPT. The model of 350M has norms after the sums, none at the end, and a narrower token table. */
export const opt: Adapter = {
  modelType: 'opt',
  defaults: {
    vocab_size: 50_272,
    hidden_size: 768,
    num_hidden_layers: 12,
    ffn_dim: 3072,
    max_position_embeddings: 2048,
    do_layer_norm_before: true,
    _remove_final_layer_norm: false,
    word_embed_proj_dim: null,
    num_attention_heads: 12,
    activation_function: 'relu',
    enable_bias: true,
    layer_norm_elementwise_affine: true,
    tie_word_embeddings: true,
  },
  keys: {
    vocabulary: ['vocab_size'],
    context: ['max_position_embeddings'],
    width: ['hidden_size'],
    depth: ['num_hidden_layers'],
    embeddingSize: ['word_embed_proj_dim'],
    'attention.heads': ['num_attention_heads'],
    'feedForward.hidden': ['ffn_dim'],
  },
  // A token table as wide as the model stays so.
  alike: { hidden_size: ['word_embed_proj_dim'] },
  read: (config) => {
    const isBefore = config.boolean('do_layer_norm_before');
    const bias = config.boolean('enable_bias');
    return {
      family: 'transformer',
      vocabulary: config.int('vocab_size'),
      context: config.int('max_position_embeddings'),
      width: config.int('hidden_size'),
      depth: config.int('num_hidden_layers'),
      attention: { heads: config.int('num_attention_heads'), bias: bias ? 'all' : 'none' },
      feedForward: {
        hidden: config.int('ffn_dim'),
        activation: readActivation(config, 'activation_function'),
        gated: false,
        bias,
      },
      positions: 'learned',
      positionOffset: POSITION_OFFSET,
      ...embeddingSize(config),
      norm: 'layernorm',
      normGain: config.boolean('layer_norm_elementwise_affine'),
      residual: isBefore ? 'pre' : 'post',
      finalNorm: isBefore && !config.boolean('_remove_final_layer_norm'),
      names: 'opt',
      ...decoderHead(config),
    };
  },
};
