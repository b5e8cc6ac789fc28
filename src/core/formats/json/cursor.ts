import type { IsoflopError } from '../../terms/errors.ts';
import { refusal } from '../refusal.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** Bounds of a number, both included. */
export interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

/** A value of a JSON document that knows its path, so that each error names it: `config.layers[3].config.filters`. */
export class JsonCursor {
  readonly value: unknown;
  /** Path from the document's root; '' at the root. */
  readonly path: string;

  constructor(value: unknown, path: string) {
    this.value = value;
    this.path = path;
  }

  /** Whether the value is null. */
  get isNull(): boolean {
    return this.value === null;
  }

  get isObject(): boolean {
    return typeof this.value === 'object' && this.value !== null && !Array.isArray(this.value);
  }

  get isArray(): boolean {
    return Array.isArray(this.value);
  }

  /** The value as an object. */
  object(): JsonObject {
    if (!this.isObject) throw this.unlike('an object');
    return this.value as JsonObject;
  }

  /** The keys of the object. */
  keys(): string[] {
    return Object.keys(this.object());
  }

  /** The value of a key that must be there. */
  get(key: string): JsonCursor {
    const found = this.has(key) ? this.object()[key] : undefined;
    if (found === undefined) throw this.refusal(`the key '${key}' is missing`);
    return new JsonCursor(found, this.#below(key));
  }

  /** The value of a key; undefined where it is absent or null. */
  find(key: string): JsonCursor | undefined {
    const found = this.has(key) ? this.object()[key] : undefined;
    return found === undefined || found === null ? undefined : new JsonCursor(found, this.#below(key));
  }

  /** Whether the object itself has the key; inherited ones such as `constructor` do not count. */
  has(key: string): boolean {
    return Object.hasOwn(this.object(), key);
  }

  /** The elements of an array. */
  items(): JsonCursor[] {
    if (!Array.isArray(this.value)) throw this.unlike('an array');
    return this.value.map((item: unknown, index) => new JsonCursor(item, `${this.path}[${index}]`));
  }

  /** The element at an index that must be there. */
  at(index: number): JsonCursor {
    if (!Array.isArray(this.value)) throw this.unlike('an array');
    if (index >= this.value.length)
      throw this.refusal(`an array of more than ${index} elements is wanted, got ${this.value.length}`);
    return new JsonCursor(this.value[index], `${this.path}[${index}]`);
  }

  string(): string {
    if (typeof this.value !== 'string') throw this.unlike('a string');
    return this.value;
  }

  boolean(): boolean {
    if (typeof this.value !== 'boolean') throw this.unlike('true or false');
    return this.value;
  }

  /** A finite number. */
  number(bounds: Bounds = {}): number {
    if (typeof this.value !== 'number' || !Number.isFinite(this.value)) throw this.unlike('a finite number');
    return this.#bounded(this.value, bounds);
  }

  /** A whole number that is exact. */
  integer(bounds: Bounds = {}): number {
    if (!Number.isSafeInteger(this.value)) throw this.unlike('a whole number');
    return this.#bounded(this.value as number, bounds);
  }

  /** An array of whole numbers. */
  integers(bounds: Bounds = {}): number[] {
    return this.items().map((item) => item.integer(bounds));
  }

  /** An array of strings. */
  strings(): string[] {
    return this.items().map((item) => item.string());
  }

  /** One of the given words. */
  oneOf<const T extends string>(words: readonly T[]): T {
    const found = words.find((word) => word === this.value);
    if (found === undefined) throw this.unlike(`one of ${words.map((word) => `"${word}"`).join(', ')}`);
    return found;
  }

  /** An error at this place. */
  refusal(message: string, hint?: string): IsoflopError {
    return refusal(message, {
      ...(this.path === '' ? {} : { path: this.path }),
      ...(hint === undefined ? {} : { hint }),
    });
  }

  /** The error of a value that is not what was wanted. */
  unlike(wanted: string, hint?: string): IsoflopError {
    return this.refusal(`${wanted} is wanted, got ${describe(this.value)}`, hint);
  }

  #bounded(value: number, { min = -Infinity, max = Infinity }: Bounds): number {
    if (value >= min && value <= max) return value;
    const range = max === Infinity ? `at least ${min}` : min === -Infinity ? `at most ${max}` : `from ${min} to ${max}`;
    throw this.unlike(`a number ${range}`);
  }

  #below(key: string): string {
    const simple = /^[A-Za-z_][\w.-]*$/.test(key) && key.length <= 60;
    if (!simple) return `${this.path}[${JSON.stringify(key.slice(0, 60))}]`;
    return this.path === '' ? key : `${this.path}.${key}`;
  }
}

/** So much of a value is shown in a message. */
const SHOWN_CHARACTERS = 60;

function describe(value: unknown): string {
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value === 'number') return String(value);
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}...` : text;
}
