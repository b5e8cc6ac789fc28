import type { ChildProcess } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../src/core/math/random.ts';
import { Store } from '../../src/io/store/store.ts';
import type { StudyFixture } from './study.ts';
import { startIsoflop } from './study.ts';

export type Victim = 'driver' | 'worker' | 'both';

/** Trainers of a study that run now, found by their command line. */
export function workersOf({ output }: StudyFixture): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        return command[1]?.includes('app/worker/main') && command[2]?.startsWith(output);
      } catch {
        return false;
      }
    })
    .map(Number);
}

/** The shell shims that the trainers were started by. */
const shimsOf = (workers: readonly number[]): number[] =>
  workers.flatMap((pid) => {
    try {
      const parent = Number(
        readFileSync(`/proc/${pid}/stat`, 'latin1')
          .replace(/^.*\) /s, '')
          .split(' ')[1],
      );
      return parent > 1 ? [parent] : [];
    } catch {
      return [];
    }
  });

const killHard = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself in between.
  }
};

const ended = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

/** Every measurement that a reader can see in the store, as text. */
export function acknowledged({ output }: StudyFixture): Map<string, string> {
  let store: Store;
  try {
    store = Store.openExisting(output);
  } catch {
    return new Map();
  }
  try {
    const rows = store.trials().flatMap(({ id }) => store.curve(id));
    return new Map(
      rows.map((row) => [`${row.trial} ${row.split} ${row.step}`, `${row.loss} ${row.lossError} ${row.final}`]),
    );
  } finally {
    store.close();
  }
}

/** Drives a study, kills -9 what is named after a random time, and gives what the store had acknowledged before. */
export async function driveAndKill(
  study: StudyFixture,
  victim: Victim,
  random: Random,
  most: number,
): Promise<Map<string, string>> {
  const driver = startIsoflop('study', 'run', study.file);
  const until = Date.now() + most * (0.3 + 0.7 * random.next());
  while (Date.now() < until && !ended(driver)) await sleep(20);
  const known = acknowledged(study);
  const workers = workersOf(study);
  // With both, the shims go too: nobody is left to write down how the attempt ended.
  if (victim === 'both') for (const pid of shimsOf(workers)) killHard(pid);
  if (victim !== 'driver') for (const pid of workers) killHard(pid);
  if (victim !== 'worker') killHard(driver.pid!);
  else driver.kill('SIGINT');
  while (!ended(driver)) await sleep(20);
  return known;
}
