import { readActivation } from '../activations.ts';
import type { Adapter } from '../adapter.ts';
import type { ConfigReader } from '../config-reader.ts';
import { labelsOf, taskOf } from '../heads.ts';

/** What stands behind the blocks, by the class that the file was saved from; without one, the head of masked words. */
function heads(config: ConfigReader): Record<string, unknown> {
  const language = config.boolean('tie_word_embeddings') ? 'tied' : 'untied';
  const labels = labelsOf(config);
  const task = config.architecture === undefined ? 'ForMaskedLM' : taskOf(config.architecture);
  const next = { size: 2, name: 'cls.seq_relationship' };
  switch (task) {
    case 'Model':
      return {};
    case 'ForMaskedLM':
      return { pooler: false, language };
    case 'LMHeadModel':
      return { pooler: false, language, causal: config.boolean('is_decoder') };
    case 'ForPreTraining':
      return { language, outputs: next };
    case 'ForNextSentencePrediction':
      return { outputs: next };
    case 'ForSequenceClassification':
      return { outputs: { size: labels } };
    case 'ForMultipleChoice':
      return { outputs: { size: 1 } };
    case 'ForTokenClassification':
      return { pooler: false, outputs: { size: labels, of: 'tokens' } };
    case 'ForQuestionAnswering':
      return { pooler: false, outputs: { size: labels, of: 'tokens', name: 'qa_outputs' } };
    default:
      throw config.refusal('architectures', `no head is known for '${config.architecture}'`, 'Take a Bert class.');
  }
}

export const bert: Adapter = {
  modelType: 'bert',
  defaults: {
    vocab_size: 30_522,
    hidden_size: 768,
    num_hidden_layers: 12,
    num_attention_heads: 12,
    intermediate_size: 3072,
    hidden_act: 'gelu',
    max_position_embeddings: 512,
    type_vocab_size: 2,
    layer_norm_eps: 1e-12,
    is_decoder: false,
    add_cross_attention: false,
    tie_word_embeddings: true,
  },
  keys: {
    vocabulary: ['vocab_size'],
    context: ['max_position_embeddings'],
    segments: ['type_vocab_size'],
    width: ['hidden_size'],
    depth: ['num_hidden_layers'],
    heads: ['num_attention_heads'],
    hidden: ['intermediate_size'],
  },
  read: (config) => {
    if (config.boolean('add_cross_attention'))
      throw config.refusal(
        'add_cross_attention',
        'a decoder that attends to an encoder is not read',
        'Set it to false.',
      );
    return {
      family: 'encoder',
      vocabulary: config.int('vocab_size'),
      context: config.int('max_position_embeddings'),
      segments: config.int('type_vocab_size'),
      width: config.int('hidden_size'),
      depth: config.int('num_hidden_layers'),
      heads: config.int('num_attention_heads'),
      hidden: config.int('intermediate_size'),
      activation: readActivation(config, 'hidden_act'),
      normEpsilon: config.number('layer_norm_eps'),
      ...heads(config),
    };
  },
};
