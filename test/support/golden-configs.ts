/** A `config.json` of Hugging Face transformers. */
export type GoldenConfig = Readonly<Record<string, unknown>> & { readonly vocab_size?: number };

/** Without a padding token: its row of the table would have no gradient. */
const TEXT = {
  hidden_size: 48,
  num_hidden_layers: 2,
  num_attention_heads: 6,
  intermediate_size: 100,
  vocab_size: 64,
  max_position_embeddings: 32,
  attention_dropout: 0,
  pad_token_id: null,
};

/** 32 x 32 pixels, 10 classes. */
const VIT = {
  architectures: ['ViTForImageClassification'],
  model_type: 'vit',
  image_size: 32,
  patch_size: 4,
  num_labels: 10,
};

/** Small models of every kind of attention, position, norm and residual that the families know; nothing is left to chance. */
export const GOLDEN_CONFIGS: Readonly<Record<string, GoldenConfig>> = {
  'vit-tiny': { ...VIT, hidden_size: 192, num_hidden_layers: 12, num_attention_heads: 3, intermediate_size: 768 },
  'vit-small-patches': {
    ...VIT,
    patch_size: 8,
    hidden_size: 48,
    num_hidden_layers: 2,
    num_attention_heads: 3,
    intermediate_size: 96,
  },
  gpt2: {
    architectures: ['GPT2LMHeadModel'],
    model_type: 'gpt2',
    ...{ n_embd: 48, n_layer: 2, n_head: 4, vocab_size: 64, n_positions: 32 },
    ...{ attn_pdrop: 0, embd_pdrop: 0, resid_pdrop: 0 },
  },
  llama: { ...TEXT, architectures: ['LlamaForCausalLM'], model_type: 'llama', num_key_value_heads: 2 },
  qwen3: {
    ...TEXT,
    architectures: ['Qwen3ForCausalLM'],
    model_type: 'qwen3',
    num_key_value_heads: 3,
    head_dim: 12,
    tie_word_embeddings: true,
  },
  mistral: {
    ...TEXT,
    architectures: ['MistralForCausalLM'],
    model_type: 'mistral',
    num_key_value_heads: 2,
    sliding_window: 6,
  },
  'gpt-neox': {
    ...TEXT,
    architectures: ['GPTNeoXForCausalLM'],
    model_type: 'gpt_neox',
    rotary_pct: 0.5,
    hidden_dropout: 0,
  },
  opt: {
    ...TEXT,
    architectures: ['OPTForCausalLM'],
    model_type: 'opt',
    ffn_dim: 90,
    word_embed_proj_dim: 48,
    dropout: 0,
  },
  bert: {
    ...TEXT,
    architectures: ['BertForMaskedLM'],
    model_type: 'bert',
    attention_probs_dropout_prob: 0,
    hidden_dropout_prob: 0,
  },
};
