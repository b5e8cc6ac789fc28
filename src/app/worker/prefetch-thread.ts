import { parentPort, workerData } from 'node:worker_threads';
import type { BatchInputs } from '../../engine/data/contract.ts';
import { imageBatches } from '../../engine/data/images/batches.ts';
import type { ImageBatchOptions, ImagePart } from '../../engine/data/images/batches.ts';
import { sent } from './sent-error.ts';
import type { SentError } from './sent-error.ts';

/** What the thread is started with: the images stand in shared memory. */
export interface PrefetchStart {
  readonly part: ImagePart;
  readonly options: ImageBatchOptions;
}

/** A batch to be made, and where: the program's inputs by name, in shared memory. */
export interface PrefetchOrder {
  /** Number of the order; the answer carries it. */
  readonly id: number;
  readonly step: number;
  readonly inputs: BatchInputs;
}

export interface PrefetchAnswer {
  readonly id: number;
  readonly error?: SentError;
}

const { part, options } = workerData as PrefetchStart;
const source = imageBatches(part, options);

parentPort!.on('message', async ({ id, step, inputs }: PrefetchOrder) => {
  try {
    await source.fill(step, inputs);
    parentPort!.postMessage({ id } satisfies PrefetchAnswer);
  } catch (error) {
    parentPort!.postMessage({ id, error: sent(error) } satisfies PrefetchAnswer);
  }
});
