/** Prints the milliseconds of a process's first fit of the 240 runs, compilation of the law included: `node bench/laws/first.ts`. */
import { fitLaw } from '../../src/core/laws/index.ts';
import { chinchilla, LAW, LOG_HUBER } from './data.ts';

const data = chinchilla();
const before = process.threadCpuUsage();
const begun = performance.now();
fitLaw(LAW, data, { objective: LOG_HUBER });
const wall = performance.now() - begun;
const { user, system } = process.threadCpuUsage(before);
console.log(JSON.stringify({ wall, cpu: (user + system) / 1e3 }));
