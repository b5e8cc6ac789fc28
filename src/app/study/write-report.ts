import { join } from 'node:path';
import type { StudyReport } from '../../core/report/document.ts';
import { writeAtomically } from '../../io/files/atomic.ts';

export async function writeReport(folder: string, report: StudyReport): Promise<void> {
  writeAtomically(join(folder, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
}
