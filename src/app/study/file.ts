import { readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { isMap, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Document, Node } from 'yaml';
import { z } from 'zod';
import type { ZodError } from 'zod';
import { studySchema } from '../../core/schema/study.ts';
import type { Study } from '../../core/schema/study.ts';
import { IsoflopError } from '../../core/terms/errors.ts';

/** A study file is a page of text; anything larger is a mistake. */
const LARGEST_FILE_BYTES = 1 << 20;

export interface StudyFile {
  readonly study: Study;
  /** Absolute path of the YAML file. */
  readonly path: string;
  /** Absolute folder that relative data paths start from. */
  readonly base: string;
  /** Absolute folder of the study's results. */
  readonly output: string;
}

/** Reads and checks a study; `path` may also be a folder that holds a `study.yaml`. Errors carry file:line:column. */
export function readStudyFile(path: string): StudyFile {
  const file = locate(path);
  const study = parseStudy(readFileSync(file, 'utf8'), path);
  const base = dirname(file);
  return { study, path: file, base, output: resolve(base, study.output ?? join('runs', study.name)) };
}

function locate(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) {
    throw new IsoflopError('missing', `no study file at '${path}'`, {
      hint: 'Write one with `isoflop study init study.yaml`.',
    });
  }
  if (stats.isDirectory()) return locate(join(resolve(path), 'study.yaml'));
  if (stats.size > LARGEST_FILE_BYTES) {
    throw new IsoflopError('invalid-input', `'${basename(path)}' has ${stats.size} bytes; a study has at most 1 MiB`, {
      hint: 'Is this a study file?',
    });
  }
  return resolve(path);
}

/** Parses the YAML text of a study; `name` is the file's name in error messages. */
export function parseStudy(text: string, name: string): Study {
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
  const result = studySchema.safeParse(document.toJS({ maxAliasCount: 100 }));
  if (result.success) return result.data;
  throw faultOf(result.error, document, lines, name);
}

function faultOf(error: ZodError, document: Document, lines: LineCounter, name: string): IsoflopError {
  const unknownFirst = error.issues.toSorted((a, b) => Number(isUnknownKey(b)) - Number(isUnknownKey(a)));
  const faults = unknownFirst.map((issue) => {
    const keys = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0]] : issue.path;
    const { line, col } = lines.linePos(offsetOf(document, keys, isUnknownKey(issue)));
    const came = document.getIn(keys);
    return {
      where: `${name}:${line}:${col}`,
      what: `${keys.join('.') || 'the study'}: ${wordsOf(issue, came)}`,
      issue,
    };
  });
  const [first, ...rest] = faults;
  const more = rest.map((other) => `\n${other.where}: ${other.what}`).join('');
  return new IsoflopError('invalid-input', first.what + more, { path: first.where, hint: remedyOf(first.issue) });
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

function remedyOf(issue: Issue): string {
  if (!isUnknownKey(issue)) return '`isoflop study schema` prints every key with its meaning.';
  const known = knownKeys(issue.path);
  return known.length > 0 ? `Known keys here: ${known.join(', ')}.` : 'Remove it, or look for a typing mistake.';
}

interface SchemaNode {
  properties?: Record<string, SchemaNode>;
  anyOf?: SchemaNode[];
}

const alternativesOf = (node: SchemaNode | undefined): SchemaNode[] => node?.anyOf ?? (node ? [node] : []);

function knownKeys(path: readonly PropertyKey[]): string[] {
  let node: SchemaNode | undefined = studyJsonSchema() as SchemaNode;
  for (const key of path) {
    node = alternativesOf(node)
      .map((one) => one.properties?.[String(key)])
      .find((found) => found !== undefined);
  }
  return alternativesOf(node).flatMap((one) => Object.keys(one.properties ?? {}));
}

/** The JSON Schema (draft 2020-12) of a study file, for editors. */
export function studyJsonSchema(): object {
  return z.toJSONSchema(studySchema, { io: 'input', unrepresentable: 'any' });
}

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
