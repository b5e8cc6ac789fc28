/**
 * Runs the seeds `from` up to `to` of one reader and writes one line of JSON for each: `node child.ts READER FROM TO [contained]`. It
 * ends early after a file that took too much memory, since the peak of a process never falls.
 */
import { writeSync } from 'node:fs';
import { runCase } from './case.ts';
import { FUZZED_READERS } from './readers.ts';

const [name, from, to, contained] = process.argv.slice(2);
const reader = FUZZED_READERS.find((one) => one.name === name);
if (!reader) throw new Error(`no reader '${name}'; there are ${FUZZED_READERS.map((one) => one.name).join(', ')}`);

const MOST_KILOBYTES = 512 * 1024;

for (let seed = Number(from); seed < Number(to); seed++) {
  const result = await runCase(reader, seed, contained ? reader.contained : reader.read);
  const { maxRSS } = process.resourceUsage();
  writeSync(1, `${JSON.stringify({ ...result, kilobytes: maxRSS })}\n`);
  if (maxRSS > MOST_KILOBYTES) break;
}
