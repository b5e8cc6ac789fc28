import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import type { Axis, Figure, Mark } from '../core/report/figure.ts';
import { escapeHtml } from './html.ts';
import { colorOf } from './palette.ts';
import type { Palette } from './palette.ts';

const WIDTH = 760;
const HEIGHT = 420;
const ROW_HEIGHT = 34;
/** Width of a letter of a row's name. */
const LETTER = 8;
const BOTTOM = 46;
/** A caption under the axes: letters a line, and pixels a line. */
const CAPTION_LETTERS = 112;
const CAPTION_LINE = 15;
const FONT = "'DejaVu Sans', system-ui, sans-serif";
const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** 1e10 -> 10¹⁰, 2e10 -> 2·10¹⁰; plain digits between 0.001 and 10,000, as many as are asked for. */
export function tickText(value: number, digits = 4): string {
  const size = Math.abs(value);
  if (value === 0 || (size >= 1e-3 && size < 1e4)) return String(Number(value.toPrecision(digits)));
  const [mantissa, exponent] = value.toExponential().split('e');
  const raised = [...String(Number(exponent))]
    .map((digit) => (digit === '-' ? '⁻' : SUPERSCRIPTS[Number(digit)]))
    .join('');
  return `${mantissa === '1' ? '' : `${Number(Number(mantissa).toPrecision(3))}·`}10${raised}`;
}

/** Ticks of a logarithmic axis: powers of ten, or 1-2-5 (and finer) steps where the range is short. */
function logTicks(low: number, high: number): number[] {
  for (const steps of [[1], [1, 3], [1, 2, 5], [1, 1.5, 2, 2.5, 3, 3.5, 4, 5, 6, 8]]) {
    const ticks: number[] = [];
    for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++) {
      for (const step of steps) {
        const value = Number((step * 10 ** power).toPrecision(6));
        if (value >= low && value <= high) ticks.push(value);
      }
    }
    if (ticks.length >= 4) return ticks;
  }
  return evenTicks(low, high);
}

/** About five round numbers: a short logarithmic range is nearly even. */
function evenTicks(low: number, high: number): number[] {
  const rough = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, index) =>
    Number(((first + index) * step).toPrecision(6)),
  );
}

function extent(figure: Figure, axis: 'x' | 'y'): [number, number] {
  const values = figure.marks.flatMap((mark): number[] => {
    switch (mark.kind) {
      case 'dots':
      case 'line':
        return mark.points.map((point) => point[axis]);
      case 'band':
        return axis === 'x' ? mark.points.map(({ x }) => x) : mark.points.flatMap(({ low, high }) => [low, high]);
      case 'interval':
        return axis === 'x' ? [mark.x] : [mark.low, mark.high];
      case 'bar':
        return axis === 'x' ? [mark.from, mark.to] : [mark.y];
      case 'level':
        return axis === 'y' ? [mark.y] : [];
      case 'label':
        return [];
    }
  });
  return [Math.min(...values), Math.max(...values)];
}

function padded([low, high]: [number, number], { scale }: Axis, before: number, after: number): [number, number] {
  if (scale === 'log') {
    const span = Math.log(high / low) || 0.1;
    return [low * Math.exp(-before * span), high * Math.exp(after * span)];
  }
  const span = high - low || 1;
  return [low - before * span, high + after * span];
}

/** Significant digits that tell the ticks of a range apart. */
function digitsOf([low, high]: readonly [number, number]): number {
  const largest = Math.max(Math.abs(low), Math.abs(high));
  return Math.max(4, Math.ceil(Math.log10(largest / (high - low))) + 2);
}

function scaleOptions(figure: Figure, axis: 'x' | 'y'): Plot.ScaleOptions {
  const options = figure[axis];
  const domain = padded(extent(figure, axis), options, 0.05, axis === 'x' ? 0.12 : 0.09);
  const ticks = { ticks: options.scale === 'log' ? logTicks(...domain) : 6 };
  const label = axis === 'x' ? `${options.label} →` : options.label && `↑ ${options.label}`;
  const digits = digitsOf(domain);
  const tickFormat = (value: number): string => tickText(value, digits);
  return { type: options.scale, domain, grid: true, label, tickFormat, labelArrow: 'none', ...ticks };
}

const SYMBOLS = { circle: 'circle', star: 'star', cross: 'times' } as const;
const OFFSETS = {
  left: { textAnchor: 'end', dx: -12 },
  right: { textAnchor: 'start', dx: 8 },
  above: { textAnchor: 'middle', dy: -12 },
  below: { textAnchor: 'middle', dy: 14 },
} as const;

function plotMark(mark: Mark, palette: Palette): Plot.Markish {
  const color = colorOf(mark.ink, palette);
  switch (mark.kind) {
    case 'dots': {
      const symbol = SYMBOLS[mark.symbol ?? 'circle'];
      const style =
        mark.symbol === 'cross'
          ? { stroke: color, strokeWidth: 2.5 }
          : { fill: color, stroke: palette.background, strokeWidth: 1 };
      return Plot.dot(mark.points, { x: 'x', y: 'y', symbol, r: mark.symbol === 'star' ? 8 : 4.5, ...style });
    }
    case 'line': {
      const dash = mark.dashed ? { strokeDasharray: '4 4' } : {};
      return Plot.line(mark.points, { x: 'x', y: 'y', stroke: color, strokeWidth: mark.bold ? 3 : 1.6, ...dash });
    }
    case 'band':
      return Plot.areaY(mark.points, { x: 'x', y1: 'low', y2: 'high', fill: color, fillOpacity: 0.14 });
    case 'interval':
      return Plot.ruleX([mark], { x: 'x', y1: 'low', y2: 'high', stroke: color, strokeWidth: mark.bold ? 6 : 2 });
    case 'label':
      return Plot.text([mark], {
        x: 'x',
        y: 'y',
        text: 'text',
        fill: color,
        stroke: palette.background,
        strokeWidth: 4,
        fontWeight: 600,
        ...OFFSETS[mark.side],
      });
    case 'bar': {
      const [y1, y2] = [mark.y - mark.thickness / 2, mark.y + mark.thickness / 2];
      return Plot.rect([mark], { x1: 'from', x2: 'to', y1, y2, fill: color });
    }
    case 'level':
      return Plot.ruleY([mark.y], { stroke: color });
  }
}

/** The caption as lines, each under the one before. */
function captionMarks(lines: readonly string[], left: number, { named }: Palette): Plot.Markish[] {
  return lines.map((line, index) =>
    Plot.text([line], {
      frameAnchor: 'bottom-left',
      textAnchor: 'start',
      dx: 6 - left,
      dy: BOTTOM + 16 + CAPTION_LINE * index,
      fill: named.text,
      clip: false,
    }),
  );
}

/** Breaks a caption at its words. */
function captionLines(text: string): string[] {
  return text.match(new RegExp(`.{1,${CAPTION_LETTERS}}(?: |$)`, 'g'))?.map((line) => line.trimEnd()) ?? [];
}

/**
 * Draws a figure as a standalone SVG text; the same figure gives the same text. `withCaption`: what the colours mean stands under the
 * axes, for a file that stands alone; a page sets the caption itself.
 */
export function renderSvg(figure: Figure, palette: Palette, { withCaption = false } = {}): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const { rows } = figure;
  const left = rows ? Math.min(260, 40 + LETTER * Math.max(...rows.map(({ length }) => length))) : 64;
  const caption = withCaption ? captionLines(figure.caption) : [];
  const below = caption.length > 0 ? CAPTION_LINE * (caption.length + 1) : 0;
  const yScale = rows
    ? {
        domain: [rows.length - 0.5, -0.5],
        ticks: rows.flatMap((name, index) => (name === '' ? [] : [index])),
        tickFormat: (y: number) => rows[y] ?? '',
        label: null,
      }
    : scaleOptions(figure, 'y');
  const plot = Plot.plot({
    document,
    width: WIDTH,
    height: below + (rows ? 80 + ROW_HEIGHT * rows.length : HEIGHT),
    marginLeft: left,
    marginRight: 72,
    marginTop: 34,
    marginBottom: BOTTOM + below,
    style: { fontFamily: FONT, fontSize: '12px', color: palette.named.text, background: palette.background },
    x: { ...scaleOptions(figure, 'x'), labelOffset: BOTTOM - 4 },
    y: yScale as Plot.ScaleOptions,
    marks: [...figure.marks.map((mark) => plotMark(mark, palette)), ...captionMarks(caption, left, palette)],
  });
  plot.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  plot.setAttribute('role', 'img');
  // An HTML document writes attributes as they are, but for quotes; in SVG a bare < or & is not well-formed.
  plot.setAttribute('aria-label', escapeHtml(figure.title));
  return plot.outerHTML;
}
