/** The Python side of the benchmark of laws, where it is there. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Observations } from '../../src/core/laws/index.ts';

const PEER = join(import.meta.dirname, '../../tools/bench-laws-peer.py');

export interface PeerAnswer {
  readonly objective: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
}

export interface Peer {
  readonly version: Readonly<Record<'fit' | 'grid' | 'python', string>>;
  ask(task: 'fit' | 'grid' | 'reference', data: Observations, more?: Record<string, unknown>): Promise<PeerAnswer>;
  close(): void;
}

/** Starts the peer, or says why there is none. One thread: the work is too small to be shared. */
export async function startPeer(): Promise<Peer | undefined> {
  const python = process.env.ISOFLOP_PYTHON ?? 'python3';
  const env = { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' };
  const child = spawn(python, [PEER], { stdio: ['pipe', 'pipe', 'ignore'], env });
  child.stdin.on('error', () => {});
  const failed = once(child, 'error').then(() => undefined);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (request: Record<string, unknown>): Promise<unknown> => {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    const line = await Promise.race([lines.next(), failed]);
    return line === undefined || line.done ? undefined : JSON.parse(line.value);
  };
  const version = (await ask({ task: 'version' })) as Peer['version'] | undefined;
  if (version === undefined) {
    console.log(`no peer: '${python}' has no SciPy (set ISOFLOP_PYTHON)`);
    return undefined;
  }
  return {
    version,
    async ask(task, { columns }, more = {}) {
      const [params, tokens, loss] = ['params', 'tokens', 'loss'].map((name) => [...columns[name]]);
      const answer = await ask({ task, params, tokens, loss, ...more });
      if (answer === undefined) throw new Error(`the peer ended during '${task}'`);
      return answer as PeerAnswer;
    },
    close: () => child.stdin.end(),
  };
}
