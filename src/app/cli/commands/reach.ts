import type { Command } from 'commander';
import { reachLoss } from '../../../core/plan/sample-efficiency.ts';
import type { Reach } from '../../../core/plan/sample-efficiency.ts';
import type { Observations } from '../../../core/terms/observation.ts';
import { compact, scientific, table } from '../format.ts';
import { contradictionText, readLaw, tableOf } from './predict.ts';
import { positive } from '../option-values.ts';
import { wrap } from '../wrap.ts';

interface ReachFlags {
  readonly loss: string;
  readonly params?: string;
  readonly json?: boolean;
}

/** Without --params: so many sizes, up to this many times the largest of the fit's runs. */
const SIZES = 9;
const LARGEST = 10;

/** `isoflop reach` */
export function register(program: Command): void {
  program
    .command('reach')
    .description('The data that each size needs for a loss, from a fit of a law of params and tokens.')
    .argument('<fit>', 'what `isoflop fit --json` printed')
    .requiredOption('--loss <number>', 'the loss to reach')
    .option('--params <sizes>', `such as "1e8,1e9" (default: ${SIZES} up to ${LARGEST} times the largest run)`)
    .option('--json', 'print as JSON (isoflop.reach/1); null stands for never')
    .addHelpText('after', '\nExample:\n  isoflop reach fit.json --loss 2.5 --params 1e8,1e9,1e10')
    .action(reach);
}

function reach(path: string, flags: ReachFlags): void {
  const fit = readLaw(path);
  const data = tableOf(fit);
  const loss = positive(flags.loss, '--loss');
  const sizes = flags.params?.split(',').map((text) => positive(text.trim(), '--params')) ?? spread(data);
  const reaches = reachLoss(fit, data, loss, sizes);
  if (flags.json) console.log(JSON.stringify({ schema: 'isoflop.reach/1', loss, reaches }, null, 2));
  else console.log([reachText(loss, reaches), ...contradictionText(fit)].join('\n'));
  if (reaches.every(({ verdict }) => verdict === 'unreachable')) process.exitCode = 1;
}

/** Sizes in equal steps of the logarithm. */
function spread({ columns }: Observations): number[] {
  const params = columns.params ?? [];
  const low = params.reduce((least, value) => Math.min(least, value), Infinity);
  const high = LARGEST * params.reduce((most, value) => Math.max(most, value), 0);
  return Array.from({ length: SIZES }, (_, index) => low * (high / low) ** (index / (SIZES - 1)));
}

const count = (tokens: number): string => (Number.isFinite(tokens) ? compact(tokens) : 'never');

function reachText(loss: number, reaches: readonly Reach[]): string {
  const rows = reaches.map(({ params, tokens, interval, flops, verdict, beyond }) => [
    compact(params),
    count(tokens),
    verdict === 'unreachable' ? '' : `${count(interval.low)} to ${count(interval.high)}`,
    Number.isFinite(flops) ? scientific(flops) : '',
    verdict,
    Math.max(beyond.params, Number.isFinite(tokens) ? beyond.tokens : 0) > 1 ? 'beyond the runs' : '',
  ]);
  const reached = reaches.filter(({ tokens }) => Number.isFinite(tokens));
  const cheapest = reached.toSorted((a, b) => a.flops - b.flops)[0];
  const best = cheapest
    ? `Cheapest of these: ${compact(cheapest.params)} parameters on ${compact(cheapest.tokens)} tokens, ${scientific(cheapest.flops)} FLOPs.`
    : 'No size of these reaches it: the law tends to a higher loss for each.';
  return [
    `Tokens to a loss of ${loss}`,
    '',
    table(['params', 'tokens', '95 %', 'FLOPs', 'verdict', ''], rows),
    '',
    ...wrap(best),
    ...(reaches.some(({ verdict }) => verdict === 'uncertain')
      ? wrap('Uncertain: the loss lies within the uncertainty of what the size tends to with endless data.')
      : []),
  ].join('\n');
}
