import { Command } from 'commander';
import { vi } from 'vitest';
import * as analyze from '../../src/app/cli/commands/analyze.ts';
import * as devices from '../../src/app/cli/commands/devices.ts';
import * as diff from '../../src/app/cli/commands/diff.ts';
import * as presets from '../../src/app/cli/commands/presets.ts';
import * as scale from '../../src/app/cli/commands/scale.ts';
import * as schema from '../../src/app/cli/commands/schema.ts';
import * as study from '../../src/app/cli/commands/study.ts';
import * as train from '../../src/app/cli/commands/train.ts';

const COMMANDS = [analyze, devices, diff, presets, scale, schema, study, train];

/** What a command prints, run in this process: faster by far than one process each. Throws what it throws. */
export async function printed(...args: readonly string[]): Promise<string> {
  const program = new Command('isoflop').exitOverride();
  for (const { register } of COMMANDS) register(program);
  const lines: string[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
  const before = process.exitCode;
  try {
    await program.parseAsync(['node', 'isoflop', ...args]);
    return lines.join('\n');
  } finally {
    log.mockRestore();
    process.exitCode = before;
  }
}

/** The document that a command prints with `--json`. */
export const printedJson = async <Document>(...args: readonly string[]): Promise<Document> =>
  JSON.parse(await printed(...args, '--json')) as Document;

/** Lines of more than 80 columns. */
export const tooWide = (text: string): string[] => text.split('\n').filter((line) => line.length > 80);
