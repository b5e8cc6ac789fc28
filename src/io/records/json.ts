import type { RecordTable } from '../../core/observations/table.ts';
import { IsoflopError } from '../../core/terms/errors.ts';

/** Objects that share no keys would make a table of their product: a small file could fill the memory. */
const MOST_CELLS = 50_000_000;

/** Parses JSON; `line` is the line of the file that the text is, where it is one of many. */
export function parseJson(text: string, path: string, line?: number): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    const { message } = cause as Error;
    const odd = oddNumber(text);
    const at = odd?.index ?? /position (\d+)/.exec(message)?.[1];
    const before = text.slice(0, Number(at ?? 0)).split('\n');
    const place = at === undefined ? `${line ?? 1}` : `${line ?? before.length}:${before.at(-1)!.length + 1}`;
    const words = message.replace(/ in JSON at position.*| \(line \d+ column \d+\)/g, '');
    throw new IsoflopError('invalid-input', odd ? `JSON has no ${odd[0]}` : `not valid JSON: ${words}`, {
      path: `${path}:${place}`,
      hint: odd ? 'Write null, or leave the row out.' : 'Is the file complete?',
      cause,
    });
  }
}

/** NaN or an infinity outside of strings, as Python writes them. */
const oddNumber = (text: string): RegExpExecArray | undefined =>
  [...text.matchAll(/"(?:[^"\\]|\\.)*"|\bNaN\b|-?\bInfinity\b/g)].find(([found]) => !found.startsWith('"'));

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A table with one row an object and one column a key; keys that an object lacks are empty cells. */
export function tableOfObjects(value: unknown, path: string, lines?: readonly number[]): RecordTable {
  const hint = 'Such as [{"params": 1e8, "tokens": 2e9, "loss": 3.1}, ...]; in a .jsonl file one object a line.';
  if (!Array.isArray(value) || value.length === 0) {
    const came = Array.isArray(value) ? 'an empty array' : describe(value);
    throw new IsoflopError('invalid-input', `an array of objects is wanted, one a run; got ${came}`, { path, hint });
  }
  const strange = value.findIndex((one) => !isObject(one));
  if (strange >= 0) {
    throw new IsoflopError('invalid-input', `an object is wanted for each run, got ${describe(value[strange])}`, {
      path: lines ? `${path}:${lines[strange]}` : `${path}: element ${strange + 1}`,
      hint,
    });
  }
  const objects = value as Record<string, unknown>[];
  const columns = columnsOf(objects, path);
  return {
    columns,
    rows: objects.map((one) => columns.map((name) => (Object.hasOwn(one, name) ? cellOf(one[name]) : ''))),
    path,
  };
}

function columnsOf(objects: readonly Record<string, unknown>[], path: string): string[] {
  const names = new Set<string>();
  for (const one of objects) {
    for (const name of Object.keys(one)) names.add(name);
    if (names.size * objects.length > MOST_CELLS) {
      throw new IsoflopError(
        'invalid-input',
        `${objects.length} objects with more than ${names.size - 1} different keys`,
        {
          path,
          hint: `A table has at most ${MOST_CELLS} cells; keep the keys that a law needs.`,
        },
      );
    }
  }
  return [...names];
}

/** A cell as text. What lies inside a cell is not looked at: no number hides there. */
function cellOf(content: unknown): string {
  if (content === null || content === undefined) return '';
  return typeof content === 'object' ? (Array.isArray(content) ? '[...]' : '{...}') : String(content).trim();
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `${typeof value} ${String(value).slice(0, 40)}`;
}
