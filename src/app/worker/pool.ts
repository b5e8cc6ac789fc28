import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { IsoflopError } from '../../core/terms/errors.ts';
import { received } from './sent-error.ts';
import type { TaskName, TaskPart, TaskResult, TaskShared } from './tasks.ts';
import type { ThreadAnswer, ThreadStart } from './thread.ts';

export interface PoolOptions {
  /** Default: as many as the machine runs at once, and never more than parts. */
  readonly threads?: number;
  /** Aborting it ends all threads at once; the promise fails with the code `interrupted`. */
  readonly signal?: AbortSignal;
  /** Called after each part with how many are done. */
  readonly onPart?: (done: number) => void;
}

const THREAD = new URL(import.meta.url.endsWith('.ts') ? 'thread.ts' : 'thread.js', import.meta.url);

/**
 * Runs the parts of a task over threads and gives their results in the order of the parts, whatever the split. `shared` is copied once a
 * thread, each part once. A part that fails ends the work: no further part begins, and of those that failed the first one's error
 * is thrown, with its code, hint and path.
 */
export async function runParts<Name extends TaskName>(
  task: Name,
  shared: TaskShared<Name>,
  parts: readonly TaskPart<Name>[],
  { threads = availableParallelism(), signal, onPart }: PoolOptions = {},
): Promise<TaskResult<Name>[]> {
  const results = new Array<TaskResult<Name>>(parts.length);
  const failures = new Map<number, Error>();
  let [next, done] = [0, 0];
  const count = Math.max(1, Math.min(threads, parts.length));
  const workers = parts.length === 0 ? [] : Array.from({ length: count }, () => startThread({ task, shared }));
  const serve = (worker: Worker): Promise<void> =>
    new Promise((resolve, reject) => {
      const step = (): void => {
        if (next >= parts.length || failures.size > 0) return resolve();
        const index = next++;
        worker.postMessage({ index, part: parts[index] });
      };
      worker.on('message', (answer: ThreadAnswer) => {
        if ('error' in answer) failures.set(answer.index, received(answer.error));
        else {
          results[answer.index] = answer.result as TaskResult<Name>;
          onPart?.(++done);
        }
        step();
      });
      worker.once('error', reject);
      worker.once('exit', (code) => reject(new Error(`internal: a thread of '${task}' ended with code ${code}`)));
      step();
    });
  try {
    await Promise.race([Promise.all(workers.map(serve)), aborted(signal, task)]);
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  if (failures.size > 0) throw failures.get(Math.min(...failures.keys()))!;
  return results;
}

// Options of the parent's Node, such as a test runner's loaders, are not the thread's.
const startThread = (start: ThreadStart): Worker => new Worker(THREAD, { workerData: start, execArgv: [] });

/** Never resolves; fails when the signal is aborted. */
function aborted(signal: AbortSignal | undefined, task: TaskName): Promise<never> {
  return new Promise((_, reject) => {
    const stop = (): void => reject(new IsoflopError('interrupted', `stopped before all parts of '${task}' were done`));
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}

/** Ranges of at most `size` that cover 0 to `total` - 1. */
export const ranges = (total: number, size: number): { first: number; draws: number }[] =>
  Array.from({ length: Math.ceil(total / size) }, (_, index) => {
    const first = index * size;
    return { first, draws: Math.min(size, total - first) };
  });
