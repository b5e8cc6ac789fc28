/**
 * Names of the weights inside one block, relative to it, as in Hugging Face transformers. A fused projection holds queries,
 * keys and values in one matrix.
 */
export interface BlockNames {
  readonly attention: string;
  readonly query: string;
  readonly key: string;
  readonly value: string;
  readonly fused?: string;
  /** A fused projection holds the queries, keys and values of one head, then those of the next (GPT-NeoX). */
  readonly fusedByHead?: boolean;
  readonly output: string;
  readonly beforeAttention: string;
  readonly afterAttention: string;
  readonly feedForward: string;
  readonly up: string;
  readonly gate: string;
  readonly down: string;
  readonly beforeFeedForward: string;
  readonly afterFeedForward: string;
  /** Matrices stand as [inputs, outputs] (GPT-2's Conv1D), else as [outputs, inputs]. */
  readonly inputsFirst?: boolean;
}

export interface ModelNames {
  /** Stands before the names of the body where a head follows it. */
  readonly prefix: string;
  readonly tokens: string;
  readonly positions: string;
  readonly projectIn: string;
  readonly projectOut: string;
  readonly blocks: string;
  readonly finalNorm: string;
  readonly head: string;
  readonly classes: string;
  readonly block: BlockNames;
}

const LLAMA_BLOCK: BlockNames = {
  attention: 'self_attn',
  query: 'self_attn.q_proj',
  key: 'self_attn.k_proj',
  value: 'self_attn.v_proj',
  output: 'self_attn.o_proj',
  beforeAttention: 'input_layernorm',
  afterAttention: 'post_attention_layernorm',
  feedForward: 'mlp',
  up: 'mlp.up_proj',
  gate: 'mlp.gate_proj',
  down: 'mlp.down_proj',
  beforeFeedForward: 'post_attention_layernorm',
  afterFeedForward: 'post_feedforward_layernorm',
};

const LLAMA: ModelNames = {
  prefix: 'model',
  tokens: 'embed_tokens',
  positions: 'embed_positions',
  projectIn: 'project_in',
  projectOut: 'project_out',
  blocks: 'layers',
  finalNorm: 'norm',
  head: 'lm_head',
  classes: 'score',
  block: LLAMA_BLOCK,
};

const GPT2: ModelNames = {
  ...LLAMA,
  prefix: 'transformer',
  tokens: 'wte',
  positions: 'wpe',
  blocks: 'h',
  finalNorm: 'ln_f',
  block: {
    ...LLAMA_BLOCK,
    attention: 'attn',
    fused: 'attn.c_attn',
    output: 'attn.c_proj',
    beforeAttention: 'ln_1',
    afterAttention: 'ln_1',
    up: 'mlp.c_fc',
    down: 'mlp.c_proj',
    beforeFeedForward: 'ln_2',
    afterFeedForward: 'ln_2',
    inputsFirst: true,
  },
};

const NEOX: ModelNames = {
  ...LLAMA,
  prefix: 'gpt_neox',
  tokens: 'embed_in',
  finalNorm: 'final_layer_norm',
  block: {
    ...LLAMA_BLOCK,
    attention: 'attention',
    fused: 'attention.query_key_value',
    fusedByHead: true,
    output: 'attention.dense',
    up: 'mlp.dense_h_to_4h',
    down: 'mlp.dense_4h_to_h',
  },
};

const OPT: ModelNames = {
  ...LLAMA,
  tokens: 'decoder.embed_tokens',
  positions: 'decoder.embed_positions',
  projectIn: 'decoder.project_in',
  projectOut: 'decoder.project_out',
  blocks: 'decoder.layers',
  finalNorm: 'decoder.final_layer_norm',
  block: {
    ...LLAMA_BLOCK,
    output: 'self_attn.out_proj',
    beforeAttention: 'self_attn_layer_norm',
    afterAttention: 'self_attn_layer_norm',
    feedForward: 'fc',
    up: 'fc1',
    down: 'fc2',
    beforeFeedForward: 'final_layer_norm',
    afterFeedForward: 'final_layer_norm',
  },
};

/** Four norms a block: the one after attention keeps LLaMA's name for the one before the feed-forward part. */
const GEMMA2: ModelNames = {
  ...LLAMA,
  block: { ...LLAMA_BLOCK, beforeFeedForward: 'pre_feedforward_layernorm' },
};

export const DECODER_NAMES = { llama: LLAMA, gemma2: GEMMA2, gpt2: GPT2, 'gpt-neox': NEOX, opt: OPT } as const;

export const BERT_BLOCK: BlockNames = {
  ...LLAMA_BLOCK,
  attention: 'attention',
  query: 'attention.self.query',
  key: 'attention.self.key',
  value: 'attention.self.value',
  output: 'attention.output.dense',
  beforeAttention: 'attention.output.LayerNorm',
  afterAttention: 'attention.output.LayerNorm',
  feedForward: 'intermediate',
  up: 'intermediate.dense',
  down: 'output.dense',
  beforeFeedForward: 'output.LayerNorm',
  afterFeedForward: 'output.LayerNorm',
};

export const VIT_BLOCK: BlockNames = {
  ...LLAMA_BLOCK,
  attention: 'attention',
  query: 'attention.q_proj',
  key: 'attention.k_proj',
  value: 'attention.v_proj',
  output: 'attention.o_proj',
  beforeAttention: 'layernorm_before',
  afterAttention: 'layernorm_before',
  up: 'mlp.fc1',
  down: 'mlp.fc2',
  beforeFeedForward: 'layernorm_after',
  afterFeedForward: 'layernorm_after',
};
