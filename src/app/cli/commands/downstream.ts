import type { Command } from 'commander';
import { fitTwoStep, forecastAccuracy } from '../../../core/laws/downstream/two-step.ts';
import type { AccuracyForecast, TwoStep } from '../../../core/laws/downstream/two-step.ts';
import { lawById } from '../../../core/laws/index.ts';
import { IsoflopError } from '../../../core/terms/errors.ts';
import { table } from '../format.ts';
import { parsePoint } from '../option-values.ts';
import { addRecordOptions, openRecords } from '../record-options.ts';
import type { RecordFlags } from '../record-options.ts';
import { wrap } from '../wrap.ts';

interface DownstreamFlags extends RecordFlags {
  readonly law: string;
  readonly chance: string;
  readonly at?: string;
  readonly json?: boolean;
}

/** `isoflop downstream` */
export function register(program: Command): void {
  addRecordOptions(
    program
      .command('downstream')
      .description('Accuracy by compute through the loss, in two steps, with a test of the second.'),
  )
    .option('--law <id>', 'law of the loss', 'power-law-offset')
    .option('--chance <accuracy>', 'accuracy of guessing', '0')
    .option('--at <point>', 'forecast there, such as "flops=1e24"')
    .option('--json', 'print as JSON (isoflop.downstream/1)')
    .addHelpText(
      'after',
      '\nExample:\n  isoflop downstream runs.csv --map "flops=C,loss=bpb,accuracy=acc" \\\n    --chance 0.25 --at flops=1e24',
    )
    .action(downstream);
}

function downstream(path: string, flags: DownstreamFlags): void {
  const { variables } = lawById(flags.law);
  const data = openRecords(path, flags).observe([...variables, 'loss', 'accuracy']);
  const chance = Number(flags.chance);
  if (!(chance >= 0 && chance < 1)) {
    throw new IsoflopError('invalid-input', `--chance takes a number from 0 to below 1, got '${flags.chance}'`);
  }
  const missing = ['loss', 'accuracy'].find((name) => !data.columns[name]);
  if (missing !== undefined) {
    throw new IsoflopError('missing', `both steps need the column '${missing}'`, {
      hint: `Name it with --map ${missing}=COLUMN.`,
    });
  }
  const both = fitTwoStep(data, flags.law, chance);
  const forecast = flags.at === undefined ? undefined : forecastAccuracy(both, data, parsePoint(flags.at, variables));
  const document = { schema: 'isoflop.downstream/1', ...both, ...(forecast && { forecast }) };
  console.log(flags.json ? JSON.stringify(document, null, 2) : downstreamText(both, forecast));
  if (both.test.verdict !== 'holds') process.exitCode = 1;
}

function downstreamText({ stepOne, stepTwo, test }: TwoStep, forecast: AccuracyForecast | undefined): string {
  const rows = [stepOne, stepTwo].map(({ law, parameters }, index) => [
    `step ${index + 1}`,
    `${law.response} = ${law.formula}`,
    law.parameters.map(({ name }) => `${name} ${Number(parameters[name].toPrecision(4))}`).join(', '),
  ]);
  const { rankCorrelation, aboveChance, heldOut } = test;
  return [
    ...rows.flatMap(([step, formula, values]) => [`${step}: ${formula}`, ...wrap(`  ${values}`)]),
    '',
    `Does the second step hold?`,
    table(
      ['', ''],
      [
        ['rank correlation of loss and accuracy', rankCorrelation.toFixed(3)],
        ['best third above chance, in standard errors', aboveChance.toFixed(1)],
        [`error on the best third (${heldOut.runs} runs), sigmoid`, heldOut.sigmoid.toFixed(4)],
        ['  last value carried forward', heldOut.lastValue.toFixed(4)],
      ],
    ).trimStart(),
    ...wrap(test.sentence),
    ...(forecast ? ['', ...forecastLines(forecast)] : []),
  ].join('\n');
}

function forecastLines({ loss, accuracy, interval, isBeyond }: AccuracyForecast): string[] {
  return [
    `accuracy ${accuracy.toFixed(4)} at a loss of ${loss.toFixed(4)}`,
    `  95 % for a new model: ${interval.low.toFixed(4)} to ${interval.high.toFixed(4)}`,
    ...(isBeyond ? wrap('Beware: no run has so low a loss; both laws are carried beyond the runs.') : []),
  ];
}
