/**
 * Runs the seeds `from` up to `to` of one reader and writes one line of JSON for each: `node child.ts READER FROM TO [contained]`. It
 * ends early where memory has piled up. A first file whose making left much memory behind is read by a process of its own:
 * `node child.ts READER SEED SEED+1 file PATH`.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileOf, runCase } from './case.ts';
import { FUZZED_READERS } from './readers.ts';

const [name, from, to, how, path] = process.argv.slice(2);
const reader = FUZZED_READERS.find((one) => one.name === name);
if (!reader) throw new Error(`no reader '${name}'; there are ${FUZZED_READERS.map((one) => one.name).join(', ')}`);
const read = how === 'contained' ? reader.contained : reader.read;

const MOST_KILOBYTES = 512 * 1024;
/** Garbage of the files before, and of making this one, is not the reader's. */
const KEPT_BYTES = 200 * 2 ** 20;
const MOST_LEFT_BYTES = 300 * 2 ** 20;

/** Memory in use, once what is unused has been given back. */
function bytesInUse(): number {
  if (process.memoryUsage.rss() > KEPT_BYTES) globalThis.gc?.();
  return process.memoryUsage.rss();
}

function readAlone(seed: number, bytes: Uint8Array): string {
  const folder = mkdtempSync(join(tmpdir(), 'isoflop-fuzz-'));
  try {
    const file = join(folder, 'file');
    writeFileSync(file, bytes);
    const options = ['--expose-gc', import.meta.filename, name, String(seed), String(seed + 1), 'file', file];
    const { stdout, stderr } = spawnSync(process.execPath, options, { encoding: 'utf8' });
    if (stdout === '') throw new Error(`seed ${seed} alone: ${stderr.slice(-500)}`);
    return stdout;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

for (let seed = Number(from); seed < Number(to); seed++) {
  const bytes = how === 'file' ? readFileSync(path) : fileOf(reader, seed);
  if (how === undefined && bytesInUse() > MOST_LEFT_BYTES) {
    // What piled up over the files before is left to a new process, which the campaign starts.
    if (seed > Number(from)) break;
    writeSync(1, readAlone(seed, bytes));
    continue;
  }
  const result = await runCase(reader, seed, read, bytes);
  const { maxRSS } = process.resourceUsage();
  writeSync(1, `${JSON.stringify({ ...result, kilobytes: maxRSS })}\n`);
  if (maxRSS > MOST_KILOBYTES) break;
}
