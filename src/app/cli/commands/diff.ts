import type { Command } from 'commander';
import { diffModels } from '../../../core/analysis/index.ts';
import { openModel } from '../../../io/models/open.ts';
import { diffText } from '../diff-text.ts';
import { wholeNumber } from '../option-values.ts';

interface DiffFlags {
  readonly batch: string;
  readonly tokens?: string;
  readonly json?: boolean;
}

/** `isoflop diff` */
export function register(program: Command): void {
  program
    .command('diff')
    .description('Compare two models layer by layer.')
    .argument('<a>', 'a model: a file or a preset')
    .argument('<b>', 'the other')
    .option('--batch <n>', 'samples at once', '1')
    .option('--tokens <n>', 'tokens a sample, for models of text')
    .option('--json', 'print as JSON (isoflop.diff/1)')
    .addHelpText('after', '\nExample:\n  isoflop diff resnet50 wide_resnet50_2')
    .action(diff);
}

async function diff(a: string, b: string, flags: DiffFlags): Promise<void> {
  const found = diffModels(await openModel(a), await openModel(b), {
    batch: wholeNumber(flags.batch, '--batch'),
    ...(flags.tokens !== undefined && { tokens: wholeNumber(flags.tokens, '--tokens') }),
  });
  if (!flags.json) return console.log(diffText(found));
  const { totals, layers } = found;
  console.log(
    JSON.stringify({ schema: 'isoflop.diff/1', a: found.a.model, b: found.b.model, totals, layers }, null, 2),
  );
}
