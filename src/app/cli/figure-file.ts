import { extname } from 'node:path';
import type { Figure } from '../../core/report/figure.ts';
import { IsoflopError } from '../../core/terms/errors.ts';
import { LIGHT } from '../../draw/palette.ts';
import { renderPng } from '../../draw/png.ts';
import { renderSvg } from '../../draw/svg.ts';
import { writeAtomically } from '../../io/files/atomic.ts';

/** Draws a figure with its caption into a file, as SVG or PNG by the file's ending. */
export function writeFigure(figure: Figure, path: string): void {
  const ending = extname(path).toLowerCase();
  if (ending !== '.svg' && ending !== '.png')
    throw new IsoflopError('invalid-input', `a figure is written as .svg or .png, not as '${path}'`);
  const svg = renderSvg(figure, LIGHT, { withCaption: true });
  writeAtomically(path, ending === '.svg' ? svg : renderPng(svg));
}
