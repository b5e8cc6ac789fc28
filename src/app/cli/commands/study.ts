import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { outcomeOf } from '../../../core/report/document.ts';
import type { StudyReport } from '../../../core/report/document.ts';
import { comparisonSchema } from '../../../core/schema/comparison.ts';
import { IsoflopError } from '../../../core/terms/errors.ts';
import { writeAtomically } from '../../../io/files/atomic.ts';
import { currentDriver } from '../../../io/store/lock.ts';
import { readDocumentFile } from '../../study/training/file.ts';
import { readStudyFile, studyJsonSchema } from '../../study/file.ts';
import { runStudy } from '../../study/run.ts';
import { studyStatus } from '../../study/status.ts';
import { isComparison } from '../../study/comparison/file.ts';
import { runComparison } from '../../study/comparison/run.ts';
import { STUDY_TEMPLATE } from '../../study/template.ts';
import { comparisonText } from '../comparison-report-text.ts';
import { scientific, table } from '../format.ts';
import { interruptible } from '../interrupt.ts';
import { ProgressView, STOPPING } from '../progress.ts';
import { reportText } from '../report-text.ts';

interface RunFlags {
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** `isoflop study ...` */
export function register(program: Command): void {
  const study = program.command('study').description('Run a study: ladder, law, prediction, hero, report.');
  study
    .command('init')
    .description('Write a study file to start from.')
    .argument('[file]', 'where to write it', 'study.yaml')
    .action(init);
  study
    .command('run')
    .description('Run a study, or go on with it.')
    .argument('<study>', 'the study file, or its folder')
    .option('--dry-run', 'show the plan with its cost and stop')
    .option('--json', 'print the report as JSON')
    .addHelpText('after', '\nExample:\n  isoflop study run study.yaml --dry-run')
    .action((path: string, flags: RunFlags) => run(path, flags));
  study
    .command('resume')
    .description('Go on with a study that was stopped or killed.')
    .argument('<study>', 'the study file, or its folder')
    .option('--json', 'print the report as JSON')
    .action((path: string, flags: RunFlags) => resume(path, flags));
  study
    .command('status')
    .description('Show how far a study is; works while it runs.')
    .argument('<study>', 'the study file, or its folder')
    .option('--json', 'print as JSON')
    .action(status);
  study
    .command('stop')
    .description('Stop the driver of a study; its trials save their state first.')
    .argument('<study>', 'the study file, or its folder')
    .action(stop);
  study
    .command('schema')
    .description('Print the JSON Schema of study files, for editors.')
    .action(() => console.log(JSON.stringify(studyJsonSchema(), null, 2)));
}

function init(file: string): void {
  if (existsSync(file)) throw new IsoflopError('refused', `'${file}' exists already`, { hint: 'Name another file.' });
  writeAtomically(file, STUDY_TEMPLATE);
  console.log(`Wrote ${file}. Look at its plan with: isoflop study run ${file} --dry-run`);
}

async function run(path: string, flags: RunFlags): Promise<void> {
  if (isComparison(path)) await compare(path, flags);
  else await scale(path, flags);
}

async function compare(path: string, { json = false }: RunFlags): Promise<void> {
  const file = readDocumentFile(path, comparisonSchema);
  const observer = new ProgressView();
  try {
    const result = await interruptible(
      (signal) => runComparison(file, { observer, signal }),
      () => observer.say(STOPPING),
    );
    observer.close();
    console.log(
      json
        ? JSON.stringify(result, null, 2)
        : `${comparisonText(result)}\n\nReport: ${join(file.output, 'report.html')}`,
    );
    if (result.best === null) process.exitCode = 1;
  } finally {
    observer.close();
  }
}

async function scale(path: string, { dryRun = false, json = false }: RunFlags): Promise<void> {
  const file = readStudyFile(path);
  const view = new ProgressView();
  const stop = new AbortController();
  const interrupt = (): void => {
    if (stop.signal.aborted) process.exit(3);
    view.say(STOPPING);
    stop.abort();
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  try {
    const report = await runStudy(file, { observer: view, signal: stop.signal, dryRun });
    view.close();
    if (report) finish(report, file.output, json);
  } finally {
    view.close();
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

function finish(report: StudyReport, folder: string, json: boolean): void {
  if (json) console.log(JSON.stringify(report, null, 2));
  else console.log(`${reportText(report)}\nReport: ${join(folder, 'report.html')}`);
  // 1: the answer is no. Asked for a prediction, the study has none to show.
  if (report.refusal !== null) process.exitCode = 1;
}

async function resume(path: string, flags: RunFlags): Promise<void> {
  const { output, study } = readStudyFile(path);
  if (!existsSync(join(output, 'isoflop.db'))) {
    throw new IsoflopError('missing', `the study '${study.name}' has not been started in '${output}'`, {
      hint: `Start it with \`isoflop study run ${path}\`.`,
    });
  }
  await run(path, flags);
}

function status(path: string, { json = false }: { json?: boolean }): void {
  const { output } = readStudyFile(path);
  const found = studyStatus(output);
  if (json) {
    console.log(JSON.stringify(found, null, 2));
    return;
  }
  const driver = found.driver
    ? `driven by process ${found.driver.pid} on ${found.driver.host}, since ${found.driver.since}`
    : 'not running';
  console.log(`${found.done} of ${found.trials.length} known runs done; ${driver}\n`);
  const rows = found.trials.map((trial) => [
    trial.id,
    trial.state,
    `${trial.step}/${trial.steps}`,
    scientific(trial.flops),
    trial.loss?.toFixed(4) ?? '-',
  ]);
  console.log(table(['run', 'state', 'step', 'FLOPs', 'loss'], rows));
  if (found.prediction) {
    const [, wide] = found.prediction.intervals;
    console.log(
      `\nPredicted for the hero: ${found.prediction.loss.toFixed(3)} (95 %: ${wide.low.toFixed(3)} to ${wide.high.toFixed(3)})`,
    );
  }
  if (found.report) {
    const outcome = outcomeOf(found.report);
    if (outcome) console.log(`Actual: ${outcome.actual.toFixed(3)}, error ${(100 * outcome.error).toFixed(2)} %`);
  }
}

function stop(path: string): void {
  const { output } = readStudyFile(path);
  const driver = currentDriver(output);
  if (!driver)
    throw new IsoflopError('missing', 'no process drives this study now', { hint: 'See `isoflop study status`.' });
  process.kill(driver.pid, 'SIGINT');
  console.log(`Asked process ${driver.pid} to stop.`);
}
