import { IsoflopError } from '../../core/terms/errors.ts';

/** An error as it travels between threads: by its fields, since a copy loses its class. */
export interface SentError {
  readonly code?: IsoflopError['code'];
  readonly message: string;
  readonly hint?: string;
  readonly path?: string;
  readonly excerpt?: NonNullable<IsoflopError['excerpt']>;
  readonly stack?: string;
}

export function sent(error: unknown): SentError {
  if (!(error instanceof Error)) return { message: String(error) };
  const { message, stack } = error;
  if (!(error instanceof IsoflopError)) return { message, ...(stack === undefined ? {} : { stack }) };
  const { code, hint, path, excerpt } = error;
  return {
    code,
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(path === undefined ? {} : { path }),
    ...(excerpt === undefined ? {} : { excerpt }),
  };
}

/** The error again, in the thread that it was sent to. */
export function received({ code, message, hint, path, excerpt, stack }: SentError): Error {
  if (code !== undefined) {
    return new IsoflopError(code, message, {
      ...(hint === undefined ? {} : { hint }),
      ...(path === undefined ? {} : { path }),
      ...(excerpt === undefined ? {} : { excerpt }),
    });
  }
  const error = new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}
