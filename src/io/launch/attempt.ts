import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { AttemptState } from '../../core/runs/decide.ts';
import { exitSchema } from '../../core/schema/trial.ts';
import { isAlive } from '../machine/process.ts';
import type { ProcessIdentity } from '../machine/process.ts';

/** How long a shim may take from its launch to started.json before it counts as lost. */
const STARTING_MILLISECONDS = 5000;

export const attemptFolder = (trialFolder: string, attempt: number): string => join(trialFolder, `attempt-${attempt}`);

/** The checkpoint that the next attempt continues from, in a trial's folder of checkpoints. */
export const checkpointPath = (checkpoints: string): string => join(checkpoints, 'last');

/** Numbers of the attempts that exist in a trial's folder, ascending and without gaps from 1. */
export function attemptsOf(trialFolder: string): number[] {
  if (!existsSync(trialFolder)) return [];
  return readdirSync(trialFolder)
    .map((name) => Number(/^attempt-(\d+)$/.exec(name)?.[1]))
    .filter((attempt) => attempt > 0)
    .sort((a, b) => a - b);
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

const REASONS: readonly AttemptState[] = ['done', 'diverged', 'resume', 'failed', 'killed'];

/**
 * The state of an attempt from its folder. The exit file is the truth; without it the shim's process decides. An attempt
 * that runs on another host is believed to run: silence is not failure.
 */
export function attemptState(folder: string): AttemptState {
  const exit = exitSchema.safeParse(readJson(join(folder, 'exit.json')));
  if (exit.success) return REASONS.find((reason) => reason === exit.data.reason) ?? 'failed';
  const started = readJson(join(folder, 'started.json')) as (ProcessIdentity & { host: string }) | undefined;
  if (!started) {
    const age = Date.now() - statSync(folder).mtimeMs;
    return age < STARTING_MILLISECONDS ? 'running' : 'lost';
  }
  if (started.host !== hostname() || isAlive(started)) return 'running';
  // The shim may have published its exit file between the two looks.
  return existsSync(join(folder, 'exit.json')) ? attemptState(folder) : 'lost';
}

/** The last lines of an attempt's stderr, for error messages. */
export function stderrTail(folder: string, lines = 5): string {
  const path = join(folder, 'stderr');
  if (!existsSync(path)) return '';
  return readFileSync(path, 'utf8').slice(-4000).trimEnd().split('\n').slice(-lines).join('\n');
}
