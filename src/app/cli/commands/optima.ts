import type { Command } from 'commander';
import { auditCounts, PARAMS_COLUMNS } from '../../../core/laws/isoflop/audit.ts';
import { compareApproaches } from '../../../core/laws/isoflop/optima.ts';
import { bestOf } from '../../../core/observations/best-of.ts';
import { optimaFigure, profilesFigure } from '../../../core/report/optima-figures.ts';
import { IsoflopError } from '../../../core/terms/errors.ts';
import { writeFigure } from '../figure-file.ts';
import { auditText, optimaText } from '../optima-text.ts';
import { namesIn, positive, wholeNumber } from '../option-values.ts';
import { addRecordOptions, openRecords } from '../record-options.ts';
import type { RecordFlags } from '../record-options.ts';

interface OptimaFlags extends RecordFlags {
  readonly flops?: string;
  readonly bestOf?: string;
  readonly tolerance?: string;
  readonly allCheckpoints?: boolean;
  readonly audit?: boolean;
  readonly figure?: string;
  readonly lineFigure?: string;
  readonly seed: string;
  readonly json?: boolean;
}

/** Without --flops, the budget is so many times the dearest run. */
const DEFAULT_REACH = 10;

/** `isoflop optima` */
export function register(program: Command): void {
  addRecordOptions(
    program
      .command('optima')
      .description('The best size and data for a compute budget by every approach, side by side.'),
  )
    .option('--flops <number>', `the budget (default: ${DEFAULT_REACH} times the dearest run)`)
    .option('--best-of <columns>', 'of runs that share these keep the lowest loss, such as "params,tokens"')
    .option('--tolerance <share>', 'largest difference of FLOPs within an IsoFLOP budget (default 0.1)')
    .option('--all-checkpoints', 'parabolas and surfaces see every row of a run, not its last alone')
    .option('--audit', 'refit under each count of parameters and FLOPs instead (isoflop.count-audit/1)')
    .option('--figure <file>', 'draw the IsoFLOP profiles, as .svg or .png')
    .option('--line-figure <file>', 'draw the best size over compute')
    .option('--seed <n>', 'seed of the resamples', '1')
    .option('--json', 'print as JSON (isoflop.optima/1)')
    .addHelpText(
      'after',
      '\nA column `budget` groups the runs; else their FLOPs do.\n\nExamples:\n' +
        '  isoflop optima runs.csv --map "params=N,tokens=D,loss=final loss" --flops 1e24\n' +
        '  isoflop optima runs.csv --audit \\\n    --map "params=N,paramsNonEmbedding=N_no_emb,flops=C,tokens=D"',
    )
    .action(optima);
}

function optima(path: string, flags: OptimaFlags): void {
  const records = openRecords(path, flags);
  const words = ['params', 'tokens', 'flops', 'loss', 'budget', ...Object.values(PARAMS_COLUMNS)];
  const observed = records.observe(words.filter((word) => records.columns.includes(word)));
  const data = flags.bestOf === undefined ? observed : bestOf(observed, namesIn(flags.bestOf));
  if (flags.audit) {
    const audits = auditCounts(data);
    const document = { schema: 'isoflop.count-audit/1', n: data.rows, audits, exclusions: data.exclusions };
    console.log(flags.json ? JSON.stringify(document, null, 2) : auditText(audits, data.rows));
    return;
  }
  const dearest = (data.columns.flops ?? []).reduce((most, value) => Math.max(most, value), 0);
  const flops = flags.flops === undefined ? DEFAULT_REACH * dearest : positive(flags.flops, '--flops');
  const result = compareApproaches(data, flops, {
    ...(flags.tolerance !== undefined && { tolerance: positive(flags.tolerance, '--tolerance') }),
    checkpoints: flags.allCheckpoints ? 'all' : 'last',
    seed: wholeNumber(flags.seed, '--seed'),
  });
  if (result.approaches.every(({ answer }) => !answer)) {
    const reasons = result.approaches.map(({ id, refusal }) => `${id}: ${refusal}`).join('; ');
    throw new IsoflopError('not-identifiable', `no approach finds a best split (${reasons})`, {
      hint: 'Add runs of at least three sizes on both sides of the best one, at three budgets or more.',
    });
  }
  if (flags.figure !== undefined) writeFigure(profilesFigure(result), flags.figure);
  if (flags.lineFigure !== undefined) writeFigure(optimaFigure(result), flags.lineFigure);
  console.log(flags.json ? JSON.stringify({ ...result, exclusions: data.exclusions }, null, 2) : optimaText(result));
}
