import { join } from 'node:path';
import type { Command } from 'commander';
import { IsoflopError } from '../../../core/terms/errors.ts';
import { readStudyFile } from '../../study/file.ts';
import { studyStatus } from '../../study/status.ts';
import { writeReport } from '../../study/write-report.ts';
import { reportText } from '../report-text.ts';

/** `isoflop report` */
export function register(program: Command): void {
  program
    .command('report')
    .description('Draw the report of a finished study again.')
    .argument('<study>', 'the study file, or its folder')
    .option('--json', 'print the report as JSON')
    .action((path: string, { json = false }: { json?: boolean }) => {
      const { output } = readStudyFile(path);
      const { report } = studyStatus(output);
      if (!report) {
        throw new IsoflopError('missing', 'the study has not ended yet', { hint: 'See `isoflop study status`.' });
      }
      writeReport(output, report);
      console.log(
        json ? JSON.stringify(report, null, 2) : `${reportText(report)}\nReport: ${join(output, 'report.html')}`,
      );
    });
}
