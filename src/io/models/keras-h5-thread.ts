import { parentPort, workerData } from 'node:worker_threads';
import type { H5Fault, KerasH5Texts } from './keras-h5-texts.ts';
import { readH5Texts } from './keras-h5-texts.ts';

/** What the thread says: that it begins, then what it found. */
export type H5Answer = { readonly started: true } | KerasH5Texts | H5Fault;

parentPort!.postMessage({ started: true } satisfies H5Answer);
parentPort!.postMessage(readH5Texts(workerData as string) satisfies H5Answer);
