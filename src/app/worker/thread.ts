import { parentPort, workerData } from 'node:worker_threads';
import { IsoflopError } from '../../core/terms/errors.ts';
import { TASKS } from './tasks.ts';
import type { TaskName } from './tasks.ts';

/** What a thread of the pool is started with. */
export interface ThreadStart {
  readonly task: TaskName;
  readonly shared: unknown;
}

/** What a thread answers for a part; an error travels as its fields, since a copy loses its class. */
export type ThreadAnswer =
  | { readonly index: number; readonly result: unknown }
  | { readonly index: number; readonly error: SentError };

export interface SentError {
  readonly code?: IsoflopError['code'];
  readonly message: string;
  readonly hint?: string;
  readonly path?: string;
  readonly excerpt?: NonNullable<IsoflopError['excerpt']>;
  readonly stack?: string;
}

const { task, shared } = workerData as ThreadStart;
const run = TASKS[task] as (shared: unknown, part: unknown) => unknown;

parentPort!.on('message', async ({ index, part }: { index: number; part: unknown }) => {
  try {
    parentPort!.postMessage({ index, result: await run(shared, part) } satisfies ThreadAnswer);
  } catch (error) {
    parentPort!.postMessage({ index, error: sent(error) } satisfies ThreadAnswer);
  }
});

function sent(error: unknown): SentError {
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
