import { IsoflopError } from '../../core/terms/errors.ts';
import { runTrial } from './run-trial.ts';

/** How often the worker looks whether its shim still lives. */
const PARENT_CHECK_MILLISECONDS = 1000;

/**
 * The trainer that isoflop ships: `node main.js ATTEMPT_FOLDER`. TERM and INT stop it between two steps with a
 * checkpoint (exit code 75). Without its shim it stops too: nobody would publish how it ended.
 */
const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());
process.on('SIGINT', () => stop.abort());
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) stop.abort();
}, PARENT_CHECK_MILLISECONDS).unref();

try {
  process.exitCode = await runTrial(process.argv[2] ?? '.', stop.signal);
} catch (error) {
  console.error(error instanceof IsoflopError ? `isoflop train: ${error.sentence}` : error);
  process.exitCode = error instanceof IsoflopError ? 2 : 1;
}
