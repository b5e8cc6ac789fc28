import { readFileSync, statSync } from 'node:fs';
import { isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Document, Node } from 'yaml';
import { z } from 'zod';
import type { ZodError } from 'zod';
import { IsoflopError } from '../../core/terms/errors.ts';
import { fileError } from './errors.ts';

/** A document that people write is a page of text; anything larger is a mistake. */
const LARGEST_FILE_BYTES = 1 << 20;

/** What a kind of document is called in messages. */
export interface DocumentWords {
  /** Such as "the study". */
  readonly whole: string;
  /** Where its keys are explained, one sentence. */
  readonly help: string;
}

/** The text of a YAML (or JSON) document. */
export function readDocument(path: string, { whole }: DocumentWords): string {
  try {
    const { size } = statSync(path);
    if (size > LARGEST_FILE_BYTES)
      throw new IsoflopError('invalid-input', `the file has ${size} bytes; ${whole} has at most 1 MiB`, { path });
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw fileError(cause, `reading ${whole}`, path);
  }
}

/** A document that fulfils its schema, and where its parts stand. */
export interface Checked<T> {
  readonly value: T;
  /** `file:line:column` of the value at these keys, or `offset` characters into it where it is text on one line. */
  placeOf(keys: readonly PropertyKey[], offset?: number): string;
}

/** Parses YAML and checks it against a schema; `name` is the file's name in error messages, which carry file:line:column. */
export function parseChecked<T extends z.ZodType>(
  schema: T,
  text: string,
  name: string,
  words: DocumentWords,
): Checked<z.infer<T>> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const fault = document.errors[0];
  if (fault) {
    const at = fault.linePos?.[0];
    throw new IsoflopError('invalid-input', fault.message.split('\n')[0].replace(/ at line \d+, column \d+:?$/, ''), {
      path: at ? `${name}:${at.line}:${at.col}` : name,
      hint: 'The file is not valid YAML there.',
    });
  }
  const place = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${name}:${line}:${col}`;
  };
  const result = schema.safeParse(valueOf(document, name));
  if (!result.success) throw faultOf(schema, result.error, document, place, words);
  return {
    value: result.data,
    placeOf: (keys, offset = 0) => place(offsetOf(document, keys, false) + offsetInText(document, keys, offset)),
  };
}

function valueOf(document: Document, path: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    throw new IsoflopError('invalid-input', `the YAML cannot be resolved: ${(cause as Error).message}`, {
      path,
      cause,
    });
  }
}

function faultOf(
  schema: z.ZodType,
  error: ZodError,
  document: Document,
  place: (offset: number) => string,
  words: DocumentWords,
): IsoflopError {
  const unknownFirst = error.issues.toSorted((a, b) => Number(isUnknownKey(b)) - Number(isUnknownKey(a)));
  const faults = unknownFirst.map((issue) => {
    const keys = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0]] : issue.path;
    const came = document.getIn(keys);
    return {
      where: place(offsetOf(document, keys, isUnknownKey(issue))),
      what: `${keys.join('.') || words.whole}: ${wordsOf(issue, came)}`,
      issue,
    };
  });
  const [first, ...rest] = faults;
  const more = rest.map((other) => `\n${other.where}: ${other.what}`).join('');
  const hint = remedyOf(schema, first.issue, words);
  return new IsoflopError('invalid-input', first.what + more, { path: first.where, hint });
}

type Issue = ZodError['issues'][number];

const isUnknownKey = (issue: Issue): boolean => issue.code === 'unrecognized_keys';

function wordsOf(issue: Issue, came: unknown): string {
  if (isUnknownKey(issue)) return 'unknown key';
  const words = issue.message.replace(/^Invalid input: /, '').replace(/^./, (letter) => letter.toLowerCase());
  if (words.includes('received undefined')) return `missing (${words.replace(', received undefined', '')})`;
  const scalar = typeof came === 'string' || typeof came === 'number' || typeof came === 'boolean';
  return scalar ? `${words.replace(/, received .*/, '')}, got ${JSON.stringify(came)}` : words;
}

function remedyOf(schema: z.ZodType, issue: Issue, { help }: DocumentWords): string {
  if (!isUnknownKey(issue)) return help;
  const known = knownKeys(schema, issue.path);
  return known.length > 0 ? `Known keys here: ${known.join(', ')}.` : 'Remove it, or look for a typing mistake.';
}

interface SchemaNode {
  properties?: Record<string, SchemaNode>;
  additionalProperties?: SchemaNode;
  anyOf?: SchemaNode[];
}

const alternativesOf = (node: SchemaNode | undefined): SchemaNode[] => node?.anyOf ?? (node ? [node] : []);

function knownKeys(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let node: SchemaNode | undefined = jsonSchemaOf(schema) as SchemaNode;
  for (const key of path) {
    node = alternativesOf(node)
      .map((one) => one.properties?.[String(key)] ?? one.additionalProperties)
      .find((found) => found !== undefined);
  }
  return alternativesOf(node).flatMap((one) => Object.keys(one.properties ?? {}));
}

/** The JSON Schema (draft 2020-12) of a document, for editors. */
export const jsonSchemaOf = (schema: z.ZodType): object =>
  z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });

/** Offset of the value at `keys` (of the key itself where asked), or of the nearest thing above it that exists. */
function offsetOf(document: Document, keys: readonly PropertyKey[], wantsKey: boolean): number {
  for (let depth = keys.length; depth > 0; depth--) {
    const parent = depth === 1 ? document.contents : document.getIn(keys.slice(0, depth - 1), true);
    const range = rangeIn(parent, keys[depth - 1], wantsKey || depth < keys.length);
    if (range) return range[0];
  }
  return 0;
}

type Range = readonly [number, number, number];

function rangeIn(parent: unknown, key: PropertyKey, wantsKey: boolean): Range | undefined {
  if (isSeq(parent)) return (parent.items[Number(key)] as Node | undefined)?.range ?? undefined;
  if (!isMap(parent)) return undefined;
  const pair = parent.items.find((item) => String(item.key) === String(key));
  const node = (wantsKey ? pair?.key : (pair?.value ?? pair?.key)) as Node | undefined;
  return node?.range ?? undefined;
}

/** How far into a scalar's source a place of its text lies: after an opening quote; unknown, thus 0, where text is folded over lines. */
function offsetInText(document: Document, keys: readonly PropertyKey[], offset: number): number {
  const node = document.getIn(keys, true);
  if (!isScalar(node) || String(node.value).includes('\n')) return 0;
  if (node.type === 'PLAIN') return offset;
  return node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE' ? offset + 1 : 0;
}
