import type { Command } from 'commander';
import { runTrial } from '../../worker/run-trial.ts';

/** `isoflop train` */
export function register(program: Command): void {
  program
    .command('train')
    .description('Run one attempt of a trial with the built-in engine, by the trial contract.')
    .argument('<folder>', 'the attempt folder, holding spec.json')
    .action(async (folder: string) => {
      const stop = new AbortController();
      process.on('SIGTERM', () => stop.abort()).on('SIGINT', () => stop.abort());
      process.exitCode = await runTrial(folder, stop.signal);
    });
}
