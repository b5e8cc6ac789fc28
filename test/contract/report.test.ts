import { describe, expect, it } from 'vitest';
import type { RunRow, StudyReport } from '../../src/core/report/document.ts';
import { outcomeOf } from '../../src/core/report/document.ts';
import { figuresOf } from '../../src/core/report/figures.ts';
import { predictRun } from '../../src/core/laws/index.ts';
import { fitLadder } from '../../src/app/study/laws.ts';
import { pageOf } from '../../src/app/study/page.ts';
import { reportText } from '../../src/app/cli/report-text.ts';
import { renderHtml } from '../../src/draw/html.ts';
import { LIGHT } from '../../src/draw/palette.ts';
import { renderPng } from '../../src/draw/png.ts';
import { renderSvg, tickText } from '../../src/draw/svg.ts';

const lossAt = (flops: number): number => 1.2 + 40 * flops ** -0.12;

function run(role: string, width: number, changes: Partial<RunRow> = {}): RunRow {
  const [params, tokens] = [24 * width ** 2 + 512 * width, 25 * (24 * width ** 2 + 512 * width)];
  const flops = 7 * params * tokens;
  const curve = Array.from({ length: 20 }, (_, index) => ({
    tokens: ((index + 1) * tokens) / 20,
    loss: 6 - index * 0.15,
  }));
  const row = {
    id: `${role}-w${width}-s0`,
    role,
    width,
    params,
    tokens,
    flops,
    steps: 500,
    learningRate: 0.02,
    batchTokens: 512,
    seed: 0,
  };
  return {
    ...row,
    repeats: 0.4,
    state: 'done',
    loss: lossAt(flops),
    lossError: 0.01,
    excluded: null,
    curve,
    ...changes,
  };
}

/** A plausible study; `changes` take parts away. */
function report(changes: Partial<StudyReport> = {}): StudyReport {
  const ladder = [
    ...[16, 20, 24, 28, 32, 40].map((width) => run('path', width)),
    ...[16, 24, 40].map((width) =>
      run('isoflop', width, { id: `isoflop-w${width}-c1e11-s0`, loss: 3 + (Math.log(width / 24) / 3) ** 2 }),
    ),
  ];
  const hero = run('hero', 60);
  const points = ladder.filter(({ role }) => role === 'path').map(({ flops, loss }) => ({ flops, loss: loss! }));
  const prediction = { ...predictRun(points, hero), madeAt: '2026-01-01T00:00:00Z', fitHash: 'ab'.repeat(32) };
  return {
    schema: 'isoflop.report/1',
    study: '<script>alert("x")</script>',
    madeAt: '2026-01-01T00:00:00Z',
    tuning: [run('tune', 16)],
    chosen: { learningRate: 0.02, batchTokens: 512 },
    ladder,
    hero,
    ...fitLadder(ladder, hero.flops),
    prediction,
    refusal: null,
    warnings: [],
    methods: [['Model', 'gpt & <b>bold</b>']],
    ...changes,
  };
}

const diverged = run('path', 48, {
  state: 'diverged',
  loss: null,
  lossError: null,
  excluded: 'diverged: the training loss grew',
});
const CASES: Record<string, StudyReport> = {
  whole: report(),
  'without a hero': report({ hero: null }),
  refused: report({ hero: null, prediction: null, refusal: 'four sizes are needed', fits: [], surface: null }),
  'with a diverged run': report({
    ladder: [...report().ladder, diverged],
    warnings: ['Run path-w48-s0 is not in the fit'],
  }),
  'without profiles': report({ profiles: [], allocation: null }),
  'with a hero that diverged': report({
    hero: run('hero', 60, { state: 'diverged', loss: null, excluded: 'diverged: ...' }),
  }),
};

describe('a report', () => {
  for (const [name, subject] of Object.entries(CASES)) {
    it(`draws and prints ${name} without a hole`, () => {
      const page = pageOf(subject);
      const html = renderHtml(page);
      for (const text of [html, reportText(subject)]) expect(text).not.toMatch(/NaN|undefined|Infinity|\[object/);
      expect(html).not.toMatch(/<script|<b>bold/);
      expect(html).not.toMatch(/(?:src|href)="?https?:/);
      expect(html).toBe(renderHtml(pageOf(subject)));
      for (const line of reportText(subject)
        .split('\n')
        .filter((one) => !one.startsWith('Beware')))
        expect(line.length).toBeLessThan(110);
    });
  }

  it('puts marks where the data are', () => {
    const subject = report();
    const figure = figuresOf(subject).find(({ id }) => id === 'frontier')!;
    const dots = figure.marks.find((mark) => mark.kind === 'dots' && mark.ink === 'text')!;
    const drawing = renderSvg({ ...figure, marks: [dots] }, LIGHT);
    const last = [...drawing.matchAll(/<circle [^>]*cy="([\d.]+)" cx="([\d.]+)"/g)].map(([, y, x]) => [
      Number(x),
      Number(y),
    ]);
    const points = subject.ladder.filter(({ role }) => role === 'path');
    expect(last).toHaveLength(points.length);
    for (let index = 1; index < points.length - 1; index++) {
      const share = (axis: 0 | 1): number => (last[index][axis] - last[0][axis]) / (last.at(-1)![axis] - last[0][axis]);
      const wanted = (of: (row: RunRow) => number): number =>
        Math.log(of(points[index]) / of(points[0])) / Math.log(of(points.at(-1)!) / of(points[0]));
      expect(share(0)).toBeCloseTo(
        wanted(({ flops }) => flops),
        2,
      );
      expect(share(1)).toBeCloseTo(
        wanted(({ loss }) => loss!),
        2,
      );
    }
  });

  it('sets the caption under a figure that stands alone, and round ticks on a short logarithmic axis', () => {
    const figure = figuresOf(report())[0];
    const points = [
      { x: 1, y: 1.95 },
      { x: 2, y: 3.05 },
    ];
    const short = {
      ...figure,
      y: { label: 'loss', scale: 'log' as const },
      marks: [{ kind: 'dots' as const, points, ink: 'text' as const }],
    };
    const words = figure.caption.split(' ').slice(0, 3).join(' ');
    expect(renderSvg(short, LIGHT)).not.toContain(words);
    const svg = renderSvg(short, LIGHT, { withCaption: true });
    expect(svg).toContain(words);
    for (const tick of ['>2<', '>2.5<', '>3<']) expect(svg).toContain(tick);
  });

  it('makes PNG figures with letters in them', () => {
    const svg = renderSvg(figuresOf(report())[0], LIGHT);
    const [whole, bare] = [renderPng(svg), renderPng(svg.replaceAll(/<text[\s\S]*?<\/text>/g, ''))];
    expect([...whole.slice(1, 4)]).toEqual([80, 78, 71]);
    expect(whole.length).toBeGreaterThan(1.2 * bare.length);
  });

  it('knows its outcome', () => {
    const subject = report();
    const outcome = outcomeOf(subject)!;
    expect(outcome.error).toBeCloseTo(subject.prediction!.loss / subject.hero!.loss! - 1, 12);
    expect(outcome.insideLevel[95]).toBe(true);
    expect(outcomeOf(report({ hero: null }))).toBeNull();
  });

  it.each([
    [1e10, '10¹⁰'],
    [2.5e-7, '2.5·10⁻⁷'],
    [3.1, '3.1'],
    [0, '0'],
  ])('writes %d as %s', (value, text) => {
    expect(tickText(value)).toBe(text);
  });
});
