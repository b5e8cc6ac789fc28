/** A JSON Schema of draft 2020-12, or one of those that hold for all or for nothing. */
export type JsonSchema = boolean | { readonly [keyword: string]: unknown };

type Node = Exclude<JsonSchema, boolean>;
type Check = (wanted: never, value: unknown, node: Node, at: string) => string[];

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  object: isObject,
  array: Array.isArray,
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  integer: (value) => Number.isInteger(value),
  boolean: (value) => typeof value === 'boolean',
  null: (value) => value === null,
};

const fault = (at: string, isRight: boolean, what: string): string[] => (isRight ? [] : [`${at}: ${what}`]);
const isNumber = (value: unknown): value is number => typeof value === 'number';
const alike = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
const matches = (value: unknown, schemas: readonly JsonSchema[]): number =>
  schemas.filter((schema) => faultsOf(schema, value).length === 0).length;

/** By the words of the specification; what only describes says nothing. */
const KEYWORDS: Readonly<Record<string, Check>> = {
  ...Object.fromEntries(['$schema', 'title', 'description', 'default', 'id'].map((word) => [word, () => []])),
  type: (type: string | string[], value, _, at) =>
    fault(
      at,
      [type].flat().some((one) => TYPES[one](value)),
      `is no ${[type].flat().join(' or ')}`,
    ),
  const: (wanted: unknown, value, _, at) => fault(at, alike(value, wanted), `is not ${String(wanted)}`),
  enum: (wanted: unknown[], value, _, at) =>
    fault(
      at,
      wanted.some((one) => alike(one, value)),
      `${JSON.stringify(value)} is none of ${wanted.join()}`,
    ),
  minimum: (least: number, value, _, at) => fault(at, !isNumber(value) || value >= least, `is below ${least}`),
  maximum: (most: number, value, _, at) => fault(at, !isNumber(value) || value <= most, `is above ${most}`),
  exclusiveMinimum: (least: number, value, _, at) =>
    fault(at, !isNumber(value) || value > least, `is not above ${least}`),
  exclusiveMaximum: (most: number, value, _, at) => fault(at, !isNumber(value) || value < most, `is not below ${most}`),
  anyOf: (any: JsonSchema[], value, _, at) => fault(at, matches(value, any) > 0, 'matches no alternative'),
  oneOf: (any: JsonSchema[], value, _, at) => fault(at, matches(value, any) === 1, 'does not match one alternative'),
  minItems: (least: number, value, _, at) =>
    fault(at, !Array.isArray(value) || value.length >= least, `has fewer than ${least}`),
  maxItems: (most: number, value, _, at) =>
    fault(at, !Array.isArray(value) || value.length <= most, `has more than ${most}`),
  required: (names: string[], value, _, at) =>
    isObject(value) ? names.flatMap((name) => fault(at, Object.hasOwn(value, name), `lacks ${name}`)) : [],
  properties: (known: Record<string, JsonSchema>, value, _, at) =>
    Object.entries(isObject(value) ? value : {}).flatMap(([name, inner]) =>
      Object.hasOwn(known, name) ? faultsOf(known[name], inner, `${at}.${name}`) : [],
    ),
  additionalProperties: (rest: JsonSchema, value, { properties = {} }, at) =>
    Object.entries(isObject(value) ? value : {}).flatMap(([name, inner]) =>
      Object.hasOwn(properties as object, name) ? [] : faultsOf(rest, inner, `${at}.${name}`),
    ),
  propertyNames: (names: JsonSchema, value, _, at) =>
    Object.keys(isObject(value) ? value : {}).flatMap((name) => faultsOf(names, name, `${at} (the name ${name})`)),
  prefixItems: (first: JsonSchema[], value, _, at) =>
    Array.isArray(value) ? first.flatMap((one, index) => faultsOf(one, value[index], `${at}[${index}]`)) : [],
  items: (each: JsonSchema, value, { prefixItems = [] }, at) =>
    Array.isArray(value)
      ? value.slice((prefixItems as []).length).flatMap((one, index) => faultsOf(each, one, `${at}[${index}]`))
      : [],
};

/**
 * What a value breaks of a JSON Schema, written after the specification and apart from the library that made the schema. Throws where a
 * keyword is none that it knows: nothing passes unchecked.
 */
export function faultsOf(schema: JsonSchema, value: unknown, at = 'document'): string[] {
  if (typeof schema === 'boolean') return fault(at, schema, 'is not known');
  return Object.entries(schema).flatMap(([keyword, wanted]) => {
    if (!Object.hasOwn(KEYWORDS, keyword)) throw new Error(`${at}: the keyword '${keyword}' is not checked`);
    return KEYWORDS[keyword](wanted as never, value, schema, at);
  });
}
