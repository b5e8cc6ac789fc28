import { join } from 'node:path';
import type { StudyReport } from '../../core/report/document.ts';
import { renderHtml } from '../../draw/html.ts';
import { renderPng } from '../../draw/png.ts';
import { makeFolder, writeAtomically } from '../../io/files/atomic.ts';
import { pageOf } from './page.ts';

/** Writes report.json, report.html and the figures as SVG and PNG into a study's folder. */
export function writeReport(folder: string, report: StudyReport): void {
  const page = pageOf(report);
  const figures = join(folder, 'figures');
  makeFolder(figures);
  for (const { figure, svg } of page.figures) {
    writeAtomically(join(figures, `${figure.id}.svg`), svg);
    writeAtomically(join(figures, `${figure.id}.png`), renderPng(svg));
  }
  writeAtomically(join(folder, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
  writeAtomically(join(folder, 'report.html'), renderHtml(page));
}
