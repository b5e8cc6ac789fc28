import type { ConfigReader } from './config-reader.ts';

/** The head of a decoder as options of the family `transformer`. */
export type DecoderHead =
  | { readonly head: 'tied' | 'untied' | 'none' }
  | { readonly head: 'classes'; readonly classes: number; readonly headBias: boolean; readonly headName?: string };

/** Labels of a classifier: two where the file names none (`PreTrainedConfig`). */
export function labelsOf(config: ConfigReader): number {
  const labels = config.config.id2label;
  if (typeof labels === 'object' && labels !== null) return Math.max(1, Object.keys(labels).length);
  return config.optionalInt('num_labels') ?? 2;
}

/** The task that an architecture is for, such as `ForCausalLM` of `LlamaForCausalLM`. */
export const taskOf = (architecture: string): string =>
  /(?:For[A-Z]\w*|LMHeadModel|Model)$/.exec(architecture)?.[0] ?? '';

/** Names of the classifier of tokens where they are not `score`. */
export interface HeadNames {
  readonly tokens?: string;
}

/** The head that `architectures` asks for. Without it, and for a part of a multimodal model, that of a causal language model. */
export function decoderHead(config: ConfigReader, names: HeadNames = {}): DecoderHead {
  const { architecture } = config;
  switch (architecture === undefined ? 'ForCausalLM' : taskOf(architecture)) {
    case 'ForCausalLM':
    case 'LMHeadModel':
    case 'ForConditionalGeneration':
      return { head: config.boolean('tie_word_embeddings') ? 'tied' : 'untied' };
    case 'Model':
      return { head: 'none' };
    case 'ForSequenceClassification':
      return { head: 'classes', classes: labelsOf(config), headBias: false };
    case 'ForTokenClassification': {
      const headName = names.tokens;
      return { head: 'classes', classes: labelsOf(config), headBias: true, ...(headName ? { headName } : {}) };
    }
    case 'ForQuestionAnswering':
      return { head: 'classes', classes: 2, headBias: true, headName: 'qa_outputs' };
    default:
      throw config.refusal(
        'architectures',
        `no head is known for '${architecture}'`,
        'Take the class that ends in ForCausalLM, Model, ForSequenceClassification, ForTokenClassification or ForQuestionAnswering.',
      );
  }
}
