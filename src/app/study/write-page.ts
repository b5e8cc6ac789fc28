import { join } from 'node:path';
import { renderHtml } from '../../draw/html.ts';
import type { Page } from '../../draw/html.ts';
import { renderPng } from '../../draw/png.ts';
import { makeFolder, writeAtomically } from '../../io/files/atomic.ts';

/** Writes report.html, its figures as SVG and PNG, and what they show as JSON under a name, into a folder of results. */
export function writePage(folder: string, page: Page, name: string, document: unknown): void {
  const figures = join(folder, 'figures');
  makeFolder(figures);
  for (const { figure, svg } of page.figures) {
    writeAtomically(join(figures, `${figure.id}.svg`), svg);
    writeAtomically(join(figures, `${figure.id}.png`), renderPng(svg));
  }
  writeAtomically(join(folder, name), `${JSON.stringify(document, null, 2)}\n`);
  writeAtomically(join(folder, 'report.html'), renderHtml(page));
}
