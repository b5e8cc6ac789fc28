import type { JsonCursor } from '../json/cursor.ts';

/** A Hugging Face `config.json`. */
export interface HuggingFaceConfig {
  readonly config: JsonCursor;
  /** Which family, such as `llama`. */
  readonly modelType: string;
}

/** Whether a document looks like a `config.json`: it names its `model_type`. */
export const isHuggingFaceConfig = (document: JsonCursor): boolean =>
  document.isObject && typeof document.object().model_type === 'string';

/** Takes the JSON of a `config.json`. */
export const readHuggingFaceConfig = (config: JsonCursor): HuggingFaceConfig => ({
  config,
  modelType: config.get('model_type').string(),
});
