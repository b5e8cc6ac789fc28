import { IsoflopError } from '../../terms/errors.ts';

export type Config = Readonly<Record<string, unknown>>;

/** Far above any published size; products of two stay exact in a double. */
const LARGEST = 1e9;
/** More layers than any model has: more, or a longer list, are a fault of the file. */
const LONGEST_LIST = 10_000;

/** A `config.json`, or the part of one that describes the language model, with the defaults of its class for missing keys. */
export class ConfigReader {
  /** Of the keys that the file has. */
  readonly config: Config;
  /** Path of this part from the root, with its dot. */
  readonly at: string;
  private readonly defaults: Config;
  /** The class that the file was saved from, such as `LlamaForCausalLM`; undefined where the file does not say. */
  readonly architecture: string | undefined;

  constructor(config: Config, at: string, defaults: Config, architecture: string | undefined) {
    this.config = config;
    this.at = at;
    this.defaults = defaults;
    this.architecture = architecture;
  }

  /** The key among equal ones that the file has; the first where it has none. */
  keyOf(keys: string | readonly string[]): string {
    const names = typeof keys === 'string' ? [keys] : keys;
    return names.find((name) => Object.hasOwn(this.config, name)) ?? names[0];
  }

  /** The value of a key, or its default where the key is missing. null stays null. */
  value(keys: string | readonly string[]): unknown {
    const names = typeof keys === 'string' ? [keys] : keys;
    const key = this.keyOf(names);
    if (Object.hasOwn(this.config, key)) return this.config[key];
    return names.map((name) => this.defaults[name]).find((value) => value !== undefined);
  }

  int(keys: string | readonly string[], minimum = 1): number {
    const value = this.value(keys);
    if (Number.isSafeInteger(value) && (value as number) >= minimum && (value as number) <= LARGEST)
      return value as number;
    throw this.unlike(keys, `a whole number from ${minimum} to ${LARGEST}`);
  }

  /** undefined where the value is null or has no default. */
  optionalInt(keys: string | readonly string[], minimum = 1): number | undefined {
    const value = this.value(keys);
    return value === null || value === undefined ? undefined : this.int(keys, minimum);
  }

  /** Number of layers: few enough to make a list of them. */
  layers(key: string): number {
    const value = this.int(key);
    if (value > LONGEST_LIST) throw this.unlike(key, `a whole number from 1 to ${LONGEST_LIST}`);
    return value;
  }

  number(key: string): number {
    const value = this.value(key);
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    throw this.unlike(key, 'a finite number');
  }

  optionalNumber(key: string): number | undefined {
    const value = this.value(key);
    return value === null || value === undefined ? undefined : this.number(key);
  }

  boolean(key: string): boolean {
    const value = this.value(key);
    if (typeof value === 'boolean') return value;
    throw this.unlike(key, 'true or false');
  }

  string(key: string): string {
    const value = this.value(key);
    if (typeof value === 'string') return value;
    throw this.unlike(key, 'a string');
  }

  /** An empty list where the value is null or missing. */
  list(key: string): readonly unknown[] {
    const value = this.value(key) ?? [];
    if (Array.isArray(value) && value.length <= LONGEST_LIST) return value as readonly unknown[];
    throw this.unlike(key, `a list of at most ${LONGEST_LIST} values`);
  }

  ints(key: string): number[] {
    const values = this.list(key);
    if (values.every((value) => Number.isSafeInteger(value) && (value as number) >= 0)) return values as number[];
    throw this.unlike(key, 'a list of whole numbers');
  }

  /** A part of the file; an empty one where it is missing. */
  part(key: string): Config {
    const value = this.value(key) ?? {};
    if (typeof value === 'object' && !Array.isArray(value)) return value as Config;
    throw this.unlike(key, 'an object');
  }

  unlike(keys: string | readonly string[], wanted: string, hint?: string): IsoflopError {
    const key = this.keyOf(keys);
    const text = JSON.stringify(this.value(keys)) ?? 'nothing';
    return this.refusal(key, `${wanted} is wanted, got ${text.slice(0, 60)}`, hint);
  }

  refusal(key: string, message: string, hint?: string): IsoflopError {
    return new IsoflopError('invalid-input', message, { path: this.at + key, ...(hint ? { hint } : {}) });
  }
}
