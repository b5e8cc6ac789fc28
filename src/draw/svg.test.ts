import { describe, expect, it } from 'vitest';
import type { Figure } from '../core/report/figure.ts';
import { LIGHT } from './palette.ts';
import { renderPng } from './png.ts';
import { renderSvg } from './svg.ts';

const FIGURE: Figure = {
  id: 'markup',
  title: 'loss < 2 & "best" > 1',
  caption: '',
  x: { label: 'a < b & c', scale: 'linear' },
  y: { label: 'x < y', scale: 'linear' },
  marks: [
    {
      kind: 'dots',
      points: [
        { x: 0, y: 1 },
        { x: 1, y: 2 },
      ],
      ink: 'law',
    },
    { kind: 'label', x: 0.5, y: 1.5, text: 'a < b', ink: 'text', side: 'right' },
  ],
};

describe('renderSvg', () => {
  it('escapes markup in titles and labels, so that XML readers take it', () => {
    const svg = renderSvg(FIGURE, LIGHT);
    expect(svg).toContain('aria-label="loss &lt; 2 &amp; &quot;best&quot; &gt; 1"');
    expect(renderPng(svg).length).toBeGreaterThan(1000);
  });
});
