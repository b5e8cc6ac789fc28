import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { StudyReport } from '../../src/core/report/document.ts';

export const ROOT = join(import.meta.dirname, '../..');
export const CLI = join(ROOT, 'src/app/cli/main.ts');

/** Real text that every installation has: the type declarations of Node, about 2 MB. */
export const CORPUS = join(ROOT, 'node_modules/@types/node');

export const temporaryFolder = (name: string): string => mkdtempSync(join(tmpdir(), `isoflop ${name} `));

/** A study that ends within seconds: four tiny sizes of a byte-level model and a hero. */
export const TINY_STUDY = {
  name: 'tiny',
  model: { family: 'gpt', depth: 1, heads: 2, context: 32, activation: 'relu2', normGain: false, tokenShift: true },
  data: { kind: 'text', paths: [CORPUS], vocabulary: 'bytes' },
  ladder: { path: { sizes: [8, 10, 12, 14, 16], tokensPerParameter: 20 } },
  recipe: { learningRate: 0.02, batchTokens: 256 },
  tune: false,
  hero: { flops: 2 },
  evaluation: { windows: 64 },
  run: { where: 'local', checkpointSeconds: 0.2 },
  output: 'results',
};

export interface StudyFixture {
  readonly folder: string;
  readonly file: string;
  readonly output: string;
}

/** Writes a study file into a folder of its own (whose name holds spaces). `changes` replace whole top-level keys. */
export function writeStudy(changes: Record<string, unknown> = {}): StudyFixture {
  const folder = temporaryFolder('study');
  const file = join(folder, 'study.yaml');
  writeFileSync(file, stringify({ ...TINY_STUDY, ...changes }));
  return { folder, file, output: join(folder, 'results') };
}

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line to its end. */
export function isoflop(...args: string[]): Outcome {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  return { code: status, stdout, stderr };
}

/** Starts the command line in the background. */
export const startIsoflop = (...args: string[]): ChildProcess =>
  spawn(process.execPath, [CLI, ...args], { stdio: 'ignore' });

export const readReport = (output: string): StudyReport =>
  JSON.parse(readFileSync(join(output, 'report.json'), 'utf8')) as StudyReport;

/** Final losses by run, exactly as stored. */
export const lossesOf = (report: StudyReport): Record<string, number | null> =>
  Object.fromEntries(
    [...report.tuning, ...report.ladder, ...(report.hero ? [report.hero] : [])].map(({ id, loss }) => [id, loss]),
  );
