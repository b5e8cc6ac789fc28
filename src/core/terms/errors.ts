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
  readonly cause?: unknown;
}

/**
 * An error that a user can act on. The message says who demanded what and what came;
 * the hint says the remedy. Our own broken invariants are plain `Error`s that start with `internal:`.
 */
export class IsoflopError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly path: string | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.name = 'IsoflopError';
    this.code = code;
    this.hint = details.hint;
    this.path = details.path;
  }

  /** The whole sentence as a person should read it: where, what, and the remedy. */
  get sentence(): string {
    const where = this.path === undefined ? '' : `${this.path}: `;
    const remedy = this.hint === undefined ? '' : `\n  ${this.hint}`;
    return `${where}${this.message}${remedy}`;
  }
}
