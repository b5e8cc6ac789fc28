import { IsoflopError } from '../../terms/errors.ts';
import { parseJson } from '../json/parse.ts';
import type { Adapter } from './adapter.ts';
import { ADAPTERS } from './adapters/index.ts';
import { ConfigReader } from './config-reader.ts';
import type { Config } from './config-reader.ts';

/** A `config.json` with the adapter of its model type. */
export interface ConfigDocument {
  readonly text: string;
  readonly adapter: Adapter;
  readonly reader: ConfigReader;
  /** Keys that lead to the part that describes the model: none, or `text_config`. */
  readonly place: readonly string[];
}

/** The part of a multimodal file that describes its language model. */
const TEXT_PART = 'text_config';

/** Parses the text and finds the adapter. */
export function openConfig(text: string): ConfigDocument {
  const config = parse(text);
  const inner = config[TEXT_PART];
  const own = adapterOf(config);
  if (own) return documentOf(text, own, config, [], architectureOf(config));
  const nested = isObject(inner) ? adapterOf(inner) : undefined;
  if (!nested) throw unknownType(config.model_type);
  // A multimodal file says at its root whether the language model's tables are tied.
  const tied = config.tie_word_embeddings;
  const isTiedAtRoot = typeof tied === 'boolean' && !Object.hasOwn(inner as Config, 'tie_word_embeddings');
  const defaults = isTiedAtRoot ? { ...nested.defaults, tie_word_embeddings: tied } : nested.defaults;
  return documentOf(text, { ...nested, defaults }, inner as Config, [TEXT_PART], undefined);
}

function documentOf(
  text: string,
  adapter: Adapter,
  config: Config,
  place: readonly string[],
  architecture: string | undefined,
): ConfigDocument {
  const at = place.map((key) => `${key}.`).join('');
  return { text, adapter, reader: new ConfigReader(config, at, adapter.defaults, architecture), place };
}

const isObject = (value: unknown): value is Config =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const parse = (text: string): Config => parseJson(text).object();

const adapterOf = (config: Config): Adapter | undefined =>
  ADAPTERS.find(({ modelType }) => modelType === config.model_type);

function unknownType(modelType: unknown): IsoflopError {
  const known = ADAPTERS.map((adapter) => adapter.modelType).join(', ');
  const text = JSON.stringify(modelType) ?? 'nothing';
  return new IsoflopError('invalid-input', `no model type ${text.slice(0, 60)} is known`, {
    path: 'model_type',
    hint: `Known are ${known}. Other models can be read from ONNX or torch.export.`,
  });
}

function architectureOf(config: Config): string | undefined {
  const list = config.architectures;
  const first = Array.isArray(list) ? (list[0] as unknown) : undefined;
  return typeof first === 'string' ? first : undefined;
}
