import { readActivation } from '../activations.ts';
import type { Adapter } from '../adapter.ts';
import { decoderHead } from '../heads.ts';

const WIDTH = ['n_embd', 'hidden_size'];
const DEPTH = ['n_layer', 'num_hidden_layers'];
const HEADS = ['n_head', 'num_attention_heads'];
const CONTEXT = ['n_positions', 'max_position_embeddings'];

/** GPT-2. `n_inner` null: four times the width. */
export const gpt2: Adapter = {
  modelType: 'gpt2',
  defaults: {
    vocab_size: 50_257,
    n_positions: 1024,
    n_embd: 768,
    n_layer: 12,
    n_head: 12,
    n_inner: null,
    activation_function: 'gelu_new',
    layer_norm_epsilon: 1e-5,
    add_cross_attention: false,
    tie_word_embeddings: true,
  },
  keys: {
    vocabulary: ['vocab_size'],
    context: [CONTEXT],
    width: [WIDTH],
    depth: [DEPTH],
    'attention.heads': [HEADS],
    'feedForward.hidden': ['n_inner'],
  },
  read: (config) => {
    if (config.boolean('add_cross_attention'))
      throw config.refusal(
        'add_cross_attention',
        'a decoder that attends to an encoder is not read',
        'Set it to false.',
      );
    const width = config.int(WIDTH);
    return {
      family: 'transformer',
      vocabulary: config.int('vocab_size'),
      context: config.int(CONTEXT),
      width,
      depth: config.int(DEPTH),
      attention: { heads: config.int(HEADS), bias: 'all' },
      feedForward: {
        hidden: config.optionalInt('n_inner') ?? 4 * width,
        activation: readActivation(config, 'activation_function'),
        gated: false,
        bias: true,
      },
      positions: 'learned',
      norm: 'layernorm',
      normEpsilon: config.number('layer_norm_epsilon'),
      names: 'gpt2',
      ...decoderHead(config, { tokens: 'classifier' }),
    };
  },
};
