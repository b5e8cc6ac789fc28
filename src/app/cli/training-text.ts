import type { TrainingResult } from '../../core/schema/training-result.ts';
import { compact, percent, significant, table } from './format.ts';
import { byteUnits, countUnits, grouped, secondUnits } from './units.ts';
import { wrap } from './wrap.ts';

/** What a training came to, for people. */
export function trainingText(result: TrainingResult): string {
  return [header(result), runsTable(result), ...failures(result), summary(result), ...exclusions(result)]
    .filter((part) => part !== '')
    .join('\n\n');
}

function header({ name, model, data }: TrainingResult): string {
  const unit = data.task === 'language' ? 'tokens' : 'samples';
  const sample = data.task === 'language' ? 'window' : 'sample';
  const kept = data.validation > 0 ? `, ${grouped(data.validation)} to watch` : '';
  return [
    ...wrap(
      `${name}: ${model.name}, ${grouped(model.params)} parameters, ${flopText(model.trainingFlops)} a training ${sample}`,
    ),
    `${grouped(data.train)} ${unit} to learn from${kept}, ${grouped(data.heldOut)} held out`,
  ].join('\n');
}

/** 288 -> "288 FLOP", 95400 -> "95.4 kFLOP". */
const flopText = (flops: number): string => (flops < 999.5 ? `${countUnits(flops)} FLOP` : `${countUnits(flops)}FLOP`);

function runsTable({ runs, data }: TrainingResult): string {
  const unit = data.task === 'language' ? 'tokens/s' : 'samples/s';
  const columns = [
    { name: 'loss', has: true, of: (run: Run) => run.loss?.toFixed(4) ?? '-' },
    { name: 'on train', has: hasMetric(runs, 'seenLoss'), of: (run: Run) => run.metrics.seenLoss?.toFixed(4) ?? '-' },
    { name: 'accuracy', has: hasMetric(runs, 'accuracy'), of: (run: Run) => percentOf(run.metrics.accuracy) },
    { name: 'rmse', has: hasMetric(runs, 'rmse'), of: (run: Run) => numberOf(run.metrics.rmse) },
    {
      name: 'time',
      has: true,
      of: (run: Run) => (run.metrics.seconds === undefined ? '-' : secondUnits(run.metrics.seconds)),
    },
    {
      name: unit,
      has: true,
      of: (run: Run) => (run.metrics.perSecond === undefined ? '-' : compact(run.metrics.perSecond)),
    },
    {
      name: 'memory',
      has: true,
      of: (run: Run) => (run.metrics.peakBytes === undefined ? '-' : byteUnits(run.metrics.peakBytes)),
    },
  ].filter(({ has }) => has);
  return table(
    ['run', 'state', 'steps', ...columns.map(({ name }) => name)],
    runs.map((run) => [run.id, run.state, String(run.steps), ...columns.map(({ of }) => of(run))]),
  );
}

type Run = TrainingResult['runs'][number];

const hasMetric = (runs: readonly Run[], name: string): boolean =>
  runs.some(({ metrics }) => metrics[name] !== undefined);
const percentOf = (share: number | undefined): string => (share === undefined ? '-' : percent(share, 2));
const numberOf = (value: number | undefined): string => (value === undefined ? '-' : significant(value, 5));

function summary({ loss, accuracy, rmse, knowingNothing }: TrainingResult): string {
  if (!loss) return 'No run ended well: see why above, and the folder of each run for what it wrote.';
  const judged = accuracy
    ? `Accuracy ${withError(accuracy, (share) => percent(share, 2))}`
    : rmse && `Error (rmse) ${withError(rmse, (value) => significant(value, 4))}`;
  const told = `loss ${withError(loss, (value) => value.toFixed(4))}; the best constant answer has ${knowingNothing.toFixed(4)}`;
  return wrap(judged ? `${judged}, ${told}.` : `Held-out ${told}.`, '').join('\n');
}

const withError = ({ mean, error }: { mean: number; error: number | null }, text: (value: number) => string): string =>
  error === null ? text(mean) : `${text(mean)} ± ${text(error)}`;

/** Why runs did not end well. */
function failures({ runs }: TrainingResult): string[] {
  const lines = runs.flatMap(({ id, reason }) => (reason === null ? [] : wrap(`${id}: ${reason}`)));
  return lines.length > 0 ? [lines.join('\n')] : [];
}

function exclusions({ data }: TrainingResult): string[] {
  return data.excluded.map(({ reason, count, examples }) =>
    wrap(`Left out: ${grouped(count)}, ${reason} (${examples[0] ?? ''}).`).join('\n'),
  );
}
