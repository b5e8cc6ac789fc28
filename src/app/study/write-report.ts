import type { StudyReport } from '../../core/report/document.ts';
import { pageOf } from './page.ts';
import { writePage } from './write-page.ts';

/** Writes report.json, report.html and the figures as SVG and PNG into a study's folder. */
export const writeReport = (folder: string, report: StudyReport): void =>
  writePage(folder, pageOf(report), 'report.json', report);
