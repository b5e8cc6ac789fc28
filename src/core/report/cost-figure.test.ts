import { expect, it } from 'vitest';
import { analyzeModel } from '../analysis/index.ts';
import type { Analysis } from '../analysis/index.ts';
import { readModel } from '../formats/model-of-document.ts';
import { presetModel } from '../model/families.ts';
import { costFigure } from './cost-figure.ts';

/** A plain chain of more layers than the figure has rows. */
function chain(): Analysis {
  const layers = Array.from({ length: 40 }, (_, index) => [
    { class_name: 'Dense', config: { name: `dense_${index}`, units: 8 + index, activation: 'linear', use_bias: true } },
    { class_name: 'ReLU', config: { name: `re_lu_${index}` } },
  ]).flat();
  const input = { class_name: 'InputLayer', config: { name: 'input', batch_shape: [null, 5] } };
  const document = { class_name: 'Sequential', config: { name: 'chain', layers: [input, ...layers] } };
  return analyzeModel(readModel(new TextEncoder().encode(JSON.stringify(document)), 'chain'));
}

it('draws of many layers the largest, each with what follows it, and the others as one: shares are of the whole model', () => {
  const analysis = chain();
  const { marks, rows } = costFigure(analysis);
  expect(rows!.at(-1)).toBe('17 others');
  expect(rows!.slice(0, -1).every((name) => name.endsWith(' +1'))).toBe(true);
  const shares = marks.flatMap((mark) => (mark.kind === 'bar' && mark.ink === 'prediction' ? [mark.to] : []));
  expect(shares).toHaveLength(24);
  expect(shares.reduce((a, b) => a + b, 0)).toBeCloseTo(100, 9);
  const last = analysis.layers.find(({ name }) => name === 'dense_39')!;
  expect(shares[rows!.indexOf('dense_39 +1')]).toBeCloseTo((100 * last.parameters) / analysis.parameters.total, 9);
});

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
