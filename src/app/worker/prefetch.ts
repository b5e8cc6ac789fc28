import { Worker } from 'node:worker_threads';
import type { BatchInputs, BatchSource } from '../../engine/data/contract.ts';
import type { PrefetchAnswer, PrefetchOrder, PrefetchStart } from './prefetch-thread.ts';
import { received } from './sent-error.ts';

/** Batches that are made before they are asked for: each takes as much memory as the inputs of the program. */
const AHEAD = 1;

const THREAD = new URL(import.meta.url.endsWith('.ts') ? 'prefetch-thread.ts' : 'prefetch-thread.js', import.meta.url);

/** A source with a thread of its own, which `close` ends. */
export interface ThreadedSource extends BatchSource {
  close(): Promise<void>;
}

/**
 * `imageBatches` made by a thread ahead of the steps, the same bytes: a batch follows from the seed and its step alone. The thread
 * starts at the first batch; a step that was not foreseen, such as the first one after a resume, is made when it is asked for.
 */
export function prefetchedBatches(start: PrefetchStart): ThreadedSource {
  let thread: BatchThread | undefined;
  return {
    async fill(step, inputs) {
      thread ??= new BatchThread(start, inputs);
      const batch = await thread.take(step);
      for (const [name, values] of Object.entries(batch)) inputs[name].set(values);
      thread.giveBack(batch);
    },
    close: async () => thread?.end(),
  };
}

/** A batch that was ordered, the memory that the thread writes it to, and its end. */
interface Ordered {
  readonly inputs: BatchInputs;
  readonly ready: Promise<void>;
  settle(error?: Error): void;
}

/** The thread, what it was asked for, and memory of batches that nobody reads any more. */
class BatchThread {
  private readonly worker: Worker;
  private readonly like: BatchInputs;
  private readonly free: BatchInputs[] = [];
  /** Batches that are foreseen, by step. */
  private readonly foreseen = new Map<number, Ordered>();
  /** Batches that the thread has not answered, by number of the order. */
  private readonly unanswered = new Map<number, Ordered>();
  private orders = 0;
  private failure: Error | undefined;

  constructor(start: PrefetchStart, like: BatchInputs) {
    this.like = like;
    // Options of the parent's Node, such as a test runner's loaders, are not the thread's.
    this.worker = new Worker(THREAD, { workerData: start, execArgv: [] });
    this.worker.on('message', ({ id, error }: PrefetchAnswer) => this.answer(id, error && received(error)));
    this.worker.once('error', (error) => this.fail(error as Error));
    this.worker.once('exit', () => this.fail(new Error('internal: the thread that makes batches has ended')));
    // A run that ends between two steps does not wait for a batch that nobody wants.
    this.worker.unref();
  }

  /** The batch of a step; the ones that come next are ordered too, and others that were foreseen are dropped. */
  async take(step: number): Promise<BatchInputs> {
    for (const [other, { inputs, ready }] of this.foreseen) {
      if (other >= step && other <= step + AHEAD) continue;
      this.foreseen.delete(other);
      const giveBack = (): void => this.giveBack(inputs);
      ready.then(giveBack, giveBack);
    }
    const wanted = this.order(step);
    for (let next = step + 1; next <= step + AHEAD; next++) this.order(next);
    this.foreseen.delete(step);
    this.worker.ref();
    try {
      await wanted.ready;
    } finally {
      this.worker.unref();
    }
    return wanted.inputs;
  }

  giveBack(inputs: BatchInputs): void {
    this.free.push(inputs);
  }

  async end(): Promise<void> {
    await this.worker.terminate();
  }

  private order(step: number): Ordered {
    const known = this.foreseen.get(step);
    if (known) return known;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    // A batch that is never asked for may fail unheard.
    promise.catch(() => {});
    const inputs = this.free.pop() ?? sharedLike(this.like);
    const made: Ordered = { inputs, ready: promise, settle: (error) => (error ? reject(error) : resolve()) };
    this.foreseen.set(step, made);
    if (this.failure) made.settle(this.failure);
    else {
      const id = this.orders++;
      this.unanswered.set(id, made);
      this.worker.postMessage({ id, step, inputs } satisfies PrefetchOrder);
    }
    return made;
  }

  private answer(id: number, error: Error | undefined): void {
    this.unanswered.get(id)!.settle(error);
    this.unanswered.delete(id);
  }

  private fail(error: Error): void {
    this.failure ??= error;
    for (const { settle } of this.unanswered.values()) settle(this.failure);
    this.unanswered.clear();
  }
}

/** Shared memory of the same kinds and lengths. */
function sharedLike(inputs: BatchInputs): BatchInputs {
  const share = (values: Int32Array | Float32Array): Int32Array | Float32Array => {
    const memory = new SharedArrayBuffer(values.byteLength);
    return values instanceof Int32Array ? new Int32Array(memory) : new Float32Array(memory);
  };
  return Object.fromEntries(Object.entries(inputs).map(([name, values]) => [name, share(values)]));
}
