import { IsoflopError } from '../terms/errors.ts';
import type { ErrorDetails } from '../terms/errors.ts';
import { printable } from '../terms/readable.ts';

/** What is wrong with a file: the message says what was wanted and what came, the path where. Texts of the file are shown harmless. */
export const refusal = (message: string, details: ErrorDetails = {}): IsoflopError => {
  const { excerpt } = details;
  return new IsoflopError('invalid-input', message, {
    ...details,
    ...(excerpt === undefined ? {} : { excerpt: { ...excerpt, text: printable(excerpt.text) } }),
  });
};

/** The same at a byte of the file, or of the part of it that `part` names. */
export const refusalAt = (
  offset: number,
  message: string,
  details: { hint?: string; part?: string } = {},
): IsoflopError => {
  const { part, ...rest } = details;
  return refusal(message, { ...rest, path: part === undefined ? `offset ${offset}` : `${part}: offset ${offset}` });
};

/** Runs a reader such that its errors name the file, or the part of a file, that was read. */
export function within<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof IsoflopError)) throw error;
    const { code, message, hint, path, excerpt, cause } = error;
    throw new IsoflopError(code, message, {
      path: path === undefined ? name : `${name}: ${path}`,
      cause,
      ...(hint === undefined ? {} : { hint }),
      ...(excerpt === undefined ? {} : { excerpt }),
    });
  }
}
