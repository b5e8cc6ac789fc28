import type { Command } from 'commander';
import { diffModels } from '../../../core/analysis/index.ts';
import { openModel } from '../../../io/models/open.ts';
import { diffText } from '../diff-text.ts';
import { oneOf, wholeNumber } from '../option-values.ts';

interface DiffFlags {
  readonly batch: string;
  readonly tokens?: string;
  readonly by: string;
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
    .option('--by <rows>', 'block: what differs alike stands in one line; layer: every layer', 'block')
    .option('--json', 'print as JSON (isoflop.diff/1)')
    .addHelpText('after', '\nExample:\n  isoflop diff resnet50 wide-resnet50-2')
    .action(diff);
}

async function diff(a: string, b: string, flags: DiffFlags): Promise<void> {
  const by = oneOf(['layer', 'block'] as const, flags.by, '--by');
  const found = diffModels(await openModel(a), await openModel(b), {
    batch: wholeNumber(flags.batch, '--batch'),
    ...(flags.tokens !== undefined && { tokens: wholeNumber(flags.tokens, '--tokens') }),
  });
  if (!flags.json) return console.log(diffText(found, by));
  const { totals, layers } = found;
  console.log(
    JSON.stringify({ schema: 'isoflop.diff/1', a: found.a.model, b: found.b.model, totals, layers }, null, 2),
  );
}
