import { existsSync, statSync } from 'node:fs';
import type { Command } from 'commander';
import { readTrainingFile } from '../../study/training/file.ts';
import { runTraining } from '../../study/training/run.ts';
import { runTrial } from '../../worker/run-trial.ts';
import { interruptible } from '../interrupt.ts';
import { ProgressView, STOPPING } from '../progress.ts';
import { trainingText } from '../training-text.ts';

interface TrainFlags {
  readonly json?: boolean;
  readonly out?: string;
}

/** `isoflop train` */
export function register(program: Command): void {
  program
    .command('train')
    .description('Train a model with the built-in engine, and measure what it has learnt.')
    .argument('<training>', 'a training file; or the folder of one attempt of a trial, by the trial contract')
    .option('--out <file>', "write the first run's model: .onnx with its weights, or .safetensors")
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  isoflop train examples/mnist/training.yaml\n\nThe keys of a training file: isoflop schema training',
    )
    .action((path: string, flags: TrainFlags) =>
      existsSync(path) && statSync(path).isDirectory() ? attempt(path) : training(path, flags),
    );
}

async function attempt(folder: string): Promise<void> {
  const stop = new AbortController();
  process.on('SIGTERM', () => stop.abort()).on('SIGINT', () => stop.abort());
  process.exitCode = await runTrial(folder, stop.signal);
}

async function training(path: string, { json = false, out }: TrainFlags): Promise<void> {
  const file = readTrainingFile(path);
  const observer = new ProgressView();
  try {
    const result = await interruptible(
      (signal) => runTraining(file, { observer, signal, ...(out !== undefined && { out }) }),
      () => observer.say(STOPPING),
    );
    observer.close();
    console.log(json ? JSON.stringify(result, null, 2) : `${trainingText(result)}\n\nResults: ${file.output}`);
    if (!result.loss) process.exitCode = 1;
  } finally {
    observer.close();
  }
}
