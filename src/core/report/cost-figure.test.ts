import { expect, it } from 'vitest';
import { analyzeModel } from '../analysis/index.ts';
import { presetModel } from '../model/families.ts';
import { costFigure } from './cost-figure.ts';

const barsOf = (name: string): ReturnType<typeof costFigure> => costFigure(analyzeModel(presetModel(name)!));

it('draws the shares of every block, which sum to the whole', () => {
  const { marks, rows } = barsOf('efficientnet-b0');
  expect(rows).toContain('stage6.block2-4 (3 x)');
  for (const ink of ['prediction', 'actual', 'baseline']) {
    const shares = marks.flatMap((mark) => (mark.kind === 'bar' && mark.ink === ink ? [mark.to] : []));
    expect(shares).toHaveLength(rows!.length);
    expect(shares.reduce((a, b) => a + b, 0)).toBeCloseTo(100, 9);
  }
});

it('draws the parts of repeated blocks below them, where blocks are few', () => {
  const { rows, marks } = barsOf('llama-7b');
  expect(rows!.slice(0, 2)).toEqual(['embedding', 'layers.0-31 (32 x)']);
  expect(rows).toContain('of these mlp');
  const share = (row: number): number =>
    marks.flatMap((mark) =>
      mark.kind === 'bar' && mark.ink === 'prediction' && Math.round(mark.y) === row ? [mark.to] : [],
    )[0];
  const parts = rows!.flatMap((name, row) => (name.startsWith('of these') ? [share(row)] : []));
  expect(parts.reduce((a, b) => a + b, 0)).toBeCloseTo(share(1), 9);
});

it('draws of each line of blocks its own parts alone: three dense blocks of DeepSeek-V3 and 58 with experts', () => {
  const { rows, marks } = barsOf('deepseek-v3');
  const share = (row: number): number =>
    marks.flatMap((mark) =>
      mark.kind === 'bar' && mark.ink === 'prediction' && Math.round(mark.y) === row ? [mark.to] : [],
    )[0];
  const lines = rows!.flatMap((name, row) => (/^layers\..* x\)$/.test(name) ? [row] : []));
  expect(lines).toHaveLength(2);
  for (const line of lines) {
    const end = rows!.findIndex((name, row) => row > line && !name.startsWith('of these'));
    const parts = rows!.slice(line + 1, end).map((_, index) => share(line + 1 + index));
    expect(parts.reduce((a, b) => a + b, 0)).toBeCloseTo(share(line), 9);
  }
});
