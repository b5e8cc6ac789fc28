import { parentPort, workerData } from 'node:worker_threads';
import { sent } from './sent-error.ts';
import type { SentError } from './sent-error.ts';
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

const { task, shared } = workerData as ThreadStart;
const run = TASKS[task] as (shared: unknown, part: unknown) => unknown;

parentPort!.on('message', async ({ index, part }: { index: number; part: unknown }) => {
  try {
    parentPort!.postMessage({ index, result: await run(shared, part) } satisfies ThreadAnswer);
  } catch (error) {
    parentPort!.postMessage({ index, error: sent(error) } satisfies ThreadAnswer);
  }
});
