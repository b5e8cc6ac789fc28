import type { Random } from '../../../src/core/math/random.ts';
import type { Mutation } from './bytes.ts';
import { pick } from './bytes.ts';

type Json = unknown;

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Text that JSON.stringify cannot make is put in place of a mark. */
const MARK = '"@@raw@@"';

/** What a value may become: words that Python writes, numbers that no shape may have, texts, and brackets without end. */
const RAW = [
  'NaN',
  '-Infinity',
  '1e999',
  '-1',
  '0',
  '2.5',
  '1e308',
  '9007199254740993',
  '1152921504606846976',
  'null',
  'true',
  '""',
  '"-1"',
  '[]',
  '{}',
  '[[[]]]',
  '{"__proto__":{"config":{}}}',
  '"constructor"',
  `"${'x'.repeat(100_000)}"`,
  '['.repeat(150) + ']'.repeat(150),
  '['.repeat(5000) + ']'.repeat(5000),
];

interface Place {
  readonly parent: Record<string, Json> | Json[];
  readonly key: string | number;
}

/** Every place of a document that holds a value. */
function placesOf(value: Json): Place[] {
  const places: Place[] = [];
  const visit = (parent: Json): void => {
    if (typeof parent !== 'object' || parent === null) return;
    const keys: (string | number)[] = Array.isArray(parent) ? parent.map((_, index) => index) : Object.keys(parent);
    for (const key of keys) {
      places.push({ parent: parent as Place['parent'], key });
      visit((parent as Record<string | number, Json>)[key]);
    }
  };
  visit(value);
  return places;
}

const valueAt = ({ parent, key }: Place): Json => (parent as Record<string | number, Json>)[key];
const setAt = ({ parent, key }: Place, value: Json): void => {
  Object.defineProperty(parent, key, { value, enumerable: true, configurable: true, writable: true });
};

/** Changes a parsed document; answers the raw text that stands where the mark is. */
type Change = (document: Json, places: readonly Place[], random: Random) => string | undefined;

const replace: Change = (_, places, random) => {
  setAt(pick(places, random), '@@raw@@');
  return pick(RAW, random);
};

const ofType = (places: readonly Place[], type: string): readonly Place[] => {
  const found = places.filter((place) => typeof valueAt(place) === type);
  return found.length > 0 ? found : places;
};

/** Extents, counts and strides: numbers become others. */
const replaceNumber: Change = (_, places, random) => {
  setAt(pick(ofType(places, 'number'), random), '@@raw@@');
  return pick(RAW.slice(0, 9), random);
};

const scaleNumber: Change = (_, places, random) => {
  const place = pick(ofType(places, 'number'), random);
  setAt(place, Number(valueAt(place)) * pick([-1, 0, 0.5, 2, 1000, 1e9, 1e15], random));
  return undefined;
};

/** Names that refer to others: cycles, and layers that are not there. */
const swapTexts: Change = (_, places, random) => {
  const texts = ofType(places, 'string');
  const [one, other] = [pick(texts, random), pick(texts, random)];
  const kept = valueAt(one);
  setAt(one, valueAt(other));
  setAt(other, kept);
  return undefined;
};

const swapValues: Change = (_, places, random) => {
  setAt(pick(places, random), structuredClone(valueAt(pick(places, random))));
  return undefined;
};

const remove: Change = (_, places, random) => {
  const { parent, key } = pick(places, random);
  if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else delete parent[key];
  return undefined;
};

const repeat: Change = (_, places, random) => {
  const arrays = places.filter((place) => Array.isArray(valueAt(place)) && (valueAt(place) as Json[]).length > 0);
  if (arrays.length === 0) return undefined;
  const array = valueAt(pick(arrays, random)) as Json[];
  const item = pick(array, random);
  const times = pick([1, 2, 100, 1000], random);
  if (JSON.stringify(item).length * times < 2 ** 22) for (let copy = 0; copy < times; copy++) array.push(item);
  return undefined;
};

const addKey: Change = (_, places, random) => {
  const objects = places.filter(
    (place) => typeof valueAt(place) === 'object' && !Array.isArray(valueAt(place)) && valueAt(place) !== null,
  );
  if (objects.length === 0) return undefined;
  setAt(
    {
      parent: valueAt(pick(objects, random)) as Record<string, Json>,
      key: pick(['__proto__', 'constructor', 'toString', 'config', ''], random),
    },
    '@@raw@@',
  );
  return pick(RAW, random);
};

const CHANGES: readonly Change[] = [
  replace,
  replaceNumber,
  replaceNumber,
  scaleNumber,
  swapTexts,
  swapTexts,
  swapValues,
  remove,
  repeat,
  addKey,
];

/** Changes one or a few values of a JSON text. */
export const mutateJson: Mutation = (bytes, random) => {
  let text = new TextDecoder().decode(bytes);
  const times = 1 + random.integer(3);
  for (let time = 0; time < times; time++) {
    let document: Json;
    try {
      document = JSON.parse(text);
    } catch {
      break;
    }
    const places = placesOf(document);
    if (places.length === 0) break;
    const raw = pick(CHANGES, random)(document, places, random);
    text = JSON.stringify(document);
    if (raw !== undefined) text = text.replace(MARK, raw);
  }
  return encode(text);
};

/** Texts that ask for more than there is: depth, values, size. */
export const HOSTILE_JSON: readonly (() => Uint8Array)[] = [
  () => encode('['.repeat(1_000_000)),
  () => encode(`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`),
  () => encode(`{"class_name":"Sequential","config":${'['.repeat(199)}${']'.repeat(199)}}`),
  () => encode('{"model_type": NaN}'),
  () => encode(`{"model_type":"llama","x":[${'0,'.repeat(3_000_000)}0]}`),
  () => encode(`{"model_type":"llama","x":[${'[],'.repeat(1_900_000)}0]}`),
  () => encode(`{"model_type":"${'\\u0000'.repeat(1_000_000)}"}`),
  () => encode(`{${Array.from({ length: 300_000 }, (_, index) => `"k${index}":{}`).join(',')}}`),
  () => encode('{"__proto__":{"class_name":"Sequential","config":{}},"constructor":1}'),
  () => encode(`"${'\\'.repeat(2_000_001)}`),
  () => new Uint8Array(70 * 2 ** 20).fill(0x20),
  () => Uint8Array.of(0x7b, 0xff, 0xfe, 0x7d),
  () => encode('{}'),
  () => encode(''),
];

/** A small `config.json`. */
export const madeConfigs = (): Uint8Array[] => [
  encode(
    JSON.stringify({
      architectures: ['LlamaForCausalLM'],
      model_type: 'llama',
      hidden_size: 64,
      intermediate_size: 172,
      num_attention_heads: 4,
      num_key_value_heads: 2,
      num_hidden_layers: 3,
      rms_norm_eps: 1e-6,
      rope_scaling: null,
      tie_word_embeddings: false,
      vocab_size: 256,
    }),
  ),
];
