import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeAtomically } from '../files/atomic.ts';
import type { Executor } from './executor.ts';

const SHIM = fileURLToPath(new URL('shim.sh', import.meta.url));

/** Runs attempts as processes of this machine that outlive the driver. */
export function localExecutor(): Executor {
  return {
    name: 'local',
    submit(attempt) {
      const shim = spawn('/bin/sh', [SHIM, attempt.folder, ...attempt.command], {
        detached: true,
        stdio: 'ignore',
        env: { ...process.env, ...attempt.environment },
      });
      shim.unref();
      return Promise.resolve();
    },
    stop(trialFolder) {
      writeAtomically(join(trialFolder, 'stop'), '');
    },
    allow(trialFolder) {
      rmSync(join(trialFolder, 'stop'), { force: true });
    },
  };
}
