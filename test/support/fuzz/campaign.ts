import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { CaseResult } from './case.ts';
import type { FuzzedReader } from './readers.ts';

const CHILD = join(import.meta.dirname, 'child.ts');
const MOST_MILLISECONDS = 2000;
const MOST_KILOBYTES = 512 * 1024;
/** Silence after which a file hangs; more than the limit above, since the machine may be busy and the child must start. */
const SILENCE_MILLISECONDS = 30_000;
/** A child reads so many files, then a new one goes on: nothing piles up. */
const CASES_PER_CHILD = 500;

export interface CampaignResult {
  readonly files: number;
  readonly answers: number;
  readonly refusals: number;
  /** What may not be, as sentences that name reader and seed. */
  readonly faults: readonly string[];
  readonly slowestMilliseconds: number;
  readonly mostKilobytes: number;
}

type Line = CaseResult & { readonly kilobytes: number };

/** Reads mutated files of the seeds 0 .. files - 1 in child processes, which may crash or hang. */
export async function fuzz({ name, contained }: FuzzedReader, files: number): Promise<CampaignResult> {
  const lines: Line[] = [];
  const faults: string[] = [];
  for (let next = 0; next < files;) {
    const { got, death } = await runChild(name, next, Math.min(files, next + CASES_PER_CHILD));
    for (const line of got) await settle(line.seed, line, faultsOf(line));
    next += got.length;
    if (death !== undefined) await settle(next++, undefined, [death]);
  }
  return {
    files: lines.length,
    answers: lines.filter(({ outcome }) => outcome === 'answer').length,
    refusals: lines.filter(({ outcome }) => outcome === 'refused').length,
    faults,
    slowestMilliseconds: Math.max(...lines.map(({ milliseconds }) => milliseconds)),
    mostKilobytes: Math.max(...lines.map(({ kilobytes }) => kilobytes)),
  };

  /** Keeps a file's result; where it has faults, that of the contained reader, if there is one. */
  async function settle(seed: number, line: Line | undefined, found: readonly string[]): Promise<void> {
    const again = found.length > 0 && contained ? await runChild(name, seed, seed + 1, true) : undefined;
    const settled = again ? again.got[0] : line;
    const left = again ? [...again.got.flatMap(faultsOf), ...(again.death ? [again.death] : [])] : found;
    if (settled) lines.push(settled);
    faults.push(...left.map((fault) => `${name}, seed ${seed}: ${fault}`));
  }
}

function faultsOf({ outcome, words, milliseconds, kilobytes }: Line): string[] {
  const faults: string[] = [];
  if (outcome === 'fault') faults.push(words);
  if (milliseconds > MOST_MILLISECONDS) faults.push(`${Math.round(milliseconds)} ms of processor time`);
  if (kilobytes > MOST_KILOBYTES) faults.push(`${Math.round(kilobytes / 1024)} MiB of memory`);
  return faults;
}

interface ChildResult {
  readonly got: readonly Line[];
  readonly death: string | undefined;
}

/** The lines of one child, and how it died where it did not reach its end. */
function runChild(reader: string, from: number, to: number, contained = false): Promise<ChildResult> {
  const child = spawn(
    process.execPath,
    ['--expose-gc', CHILD, reader, String(from), String(to), ...(contained ? ['contained'] : [])],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const got: Line[] = [];
  let errors = '';
  let hung = false;
  const stop = (): void => {
    hung = true;
    child.kill('SIGKILL');
  };
  let silence = setTimeout(stop, SILENCE_MILLISECONDS);
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors = (errors + text).slice(-1000)));
  createInterface({ input: child.stdout }).on('line', (line) => {
    clearTimeout(silence);
    silence = setTimeout(stop, SILENCE_MILLISECONDS);
    got.push(JSON.parse(line) as Line);
  });
  return new Promise((resolve) => {
    child.on('close', (code, signal) => {
      clearTimeout(silence);
      const death = hung ? `no answer within ${SILENCE_MILLISECONDS} ms` : `ended with ${signal ?? code}: ${errors}`;
      resolve({ got, death: code === 0 ? undefined : death });
    });
  });
}
