import { readable } from './readable.ts';

/** What went wrong, as a stable word that programs may test for. */
export type ErrorCode =
  | 'invalid-input' // a value, a key or a file that the user gave cannot be used
  | 'missing' // a file, folder or column that was named does not exist
  | 'not-identifiable' // the data cannot determine what was asked for
  | 'refused' // possible, but wrong or unsafe to do: a second driver, a newer store
  | 'unavailable' // this machine lacks what is needed: a package, a disk with room
  | 'interrupted'; // the user stopped it

export interface ErrorDetails {
  /** What the user can do about it, one sentence. */
  readonly hint?: string;
  /** Where in the input the fault lies: `ladder.path.sizes[2]`, or `study.yaml:5:9`. */
  readonly path?: string;
  /** A text that the user wrote and the place in it, from 0, where the fault lies. */
  readonly excerpt?: Excerpt;
  readonly cause?: unknown;
}

export interface Excerpt {
  readonly text: string;
  readonly position: number;
}

/** So much of a long text is shown around the fault. */
const EXCERPT_WIDTH = 74;

/**
 * An error that a user can act on. The message says who demanded what and what came;
 * the hint says the remedy. What they quote from a file is shown harmless. Our own broken invariants are plain `Error`s that start with `internal:`.
 */
export class IsoflopError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly path: string | undefined;
  readonly excerpt: Excerpt | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(readable(message), { cause: details.cause });
    this.name = 'IsoflopError';
    this.code = code;
    this.hint = details.hint === undefined ? undefined : readable(details.hint);
    this.path = details.path === undefined ? undefined : readable(details.path);
    this.excerpt = details.excerpt;
  }

  /** The whole sentence as a person should read it: where, what, a mark under the fault, and the remedy. */
  get sentence(): string {
    const where = this.path === undefined ? '' : `${this.path}: `;
    const remedy = this.hint === undefined ? '' : `\n  ${this.hint}`;
    return `${where}${this.message}${this.excerpt ? marked(this.excerpt) : ''}${remedy}`;
  }
}

/** The line of the text where the fault lies, and a mark under it. */
function marked({ text, position }: Excerpt): string {
  const start = text.lastIndexOf('\n', position - 1) + 1;
  const end = text.indexOf('\n', start);
  if (text.trim() === '') return '';
  const line = text.slice(start, end < 0 ? undefined : end).replaceAll('\t', ' ');
  const from = Math.max(0, Math.min(position - start - EXCERPT_WIDTH / 2, line.length - EXCERPT_WIDTH));
  return `\n  ${line.slice(from, from + EXCERPT_WIDTH)}\n  ${' '.repeat(position - start - from)}^`;
}
