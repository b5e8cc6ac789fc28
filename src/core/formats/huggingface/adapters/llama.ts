import { readActivation } from '../activations.ts';
import type { Adapter } from '../adapter.ts';
import type { Config, ConfigReader } from '../config-reader.ts';
import { decoderHead } from '../heads.ts';

/** Keys that LLaMA and its many descendants share. */
export const LLAMA_KEYS: Adapter['keys'] = {
  vocabulary: ['vocab_size'],
  context: ['max_position_embeddings'],
  width: ['hidden_size'],
  depth: ['num_hidden_layers'],
  'attention.heads': ['num_attention_heads'],
  'attention.kvHeads': ['num_key_value_heads'],
  'attention.headSize': ['head_dim'],
  'feedForward.hidden': ['intermediate_size'],
};

export const LLAMA_DEFAULTS: Config = {
  vocab_size: 32000,
  hidden_size: 4096,
  intermediate_size: 11008,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  num_key_value_heads: null,
  hidden_act: 'silu',
  max_position_embeddings: 2048,
  rms_norm_eps: 1e-6,
  tie_word_embeddings: false,
  attention_bias: false,
  mlp_bias: false,
  head_dim: null,
};

/** Base of the rotary wavelengths; transformers 5 keeps it in `rope_parameters`. */
function rotaryBase(config: ConfigReader): number {
  const inside = config.part('rope_parameters').rope_theta;
  return (typeof inside === 'number' ? inside : undefined) ?? config.optionalNumber('rope_theta') ?? 10_000;
}

/**
 * Size of a head as an option: none where it is width / heads. Classes that do not insist on a whole number round down, so
 * that heads * size may fall short of the width.
 */
export function headSize(config: ConfigReader): { headSize?: number } {
  const given = config.optionalInt('head_dim');
  if (given !== undefined) return { headSize: given };
  const size = Math.floor(config.int('hidden_size') / config.int('num_attention_heads'));
  if (size === 0) throw config.unlike('num_attention_heads', 'at most as many heads as channels');
  return size * config.int('num_attention_heads') === config.int('hidden_size') ? {} : { headSize: size };
}

/** Classes that check it refuse heads that do not divide the width, whatever the size of a head. */
export function wantWholeHeads(config: ConfigReader): void {
  const [width, heads] = [config.int('hidden_size'), config.int('num_attention_heads')];
  if (width % heads !== 0)
    throw config.refusal(
      config.keyOf('num_attention_heads'),
      `${heads} heads do not divide the hidden size ${width}, which transformers refuses`,
      `Take a hidden size of ${Math.floor(width / heads) * heads || heads} or ${Math.ceil(width / heads) * heads}.`,
    );
}

/** The options that follow from the keys of LLaMA; descendants add their own. */
export function llamaOptions(config: ConfigReader): {
  family: 'transformer';
  attention: Record<string, unknown>;
  feedForward: Record<string, unknown>;
} & Record<string, unknown> {
  const kvHeads = config.optionalInt('num_key_value_heads');
  return {
    family: 'transformer',
    vocabulary: config.int('vocab_size'),
    context: config.int('max_position_embeddings'),
    width: config.int('hidden_size'),
    depth: config.int('num_hidden_layers'),
    attention: { heads: config.int('num_attention_heads'), ...(kvHeads ? { kvHeads } : {}), ...headSize(config) },
    feedForward: { hidden: config.int('intermediate_size'), activation: readActivation(config, 'hidden_act') },
    rotaryBase: rotaryBase(config),
    normEpsilon: config.number('rms_norm_eps'),
    ...decoderHead(config),
  };
}

/** Bias of attention as a key says it. */
export const biasOf = (config: ConfigReader, key = 'attention_bias'): 'all' | 'none' =>
  config.boolean(key) ? 'all' : 'none';

/** LLaMA 1 to 3 and all that call themselves so. */
export const llama: Adapter = {
  modelType: 'llama',
  defaults: LLAMA_DEFAULTS,
  keys: LLAMA_KEYS,
  read: (config) => {
    wantWholeHeads(config);
    const options = llamaOptions(config);
    return {
      ...options,
      attention: { ...options.attention, bias: biasOf(config) },
      feedForward: { ...options.feedForward, bias: config.boolean('mlp_bias') },
    };
  },
};
