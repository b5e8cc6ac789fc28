import { describe, expect, it } from 'vitest';
import { Random } from '../../math/random.ts';
import type { Observations } from '../../terms/observation.ts';
import { auditCounts } from './audit.ts';
import { budgetsOf } from './budgets.ts';
import { campaign } from '../../../../test/support/campaign.ts';
import { compareApproaches } from './optima.ts';
import { surfaceExponents, surfaceOptimum } from './surface-optimum.ts';

const SURFACE = { E: 1.69, A: 406.4, B: 410.7, alpha: 0.34, beta: 0.28 };
const BUDGETS = [1e18, 1e19, 1e20, 1e21];
const clean = campaign(SURFACE, { budgets: BUDGETS, sizes: 9, width: 4 });

describe('compareApproaches', () => {
  it('finds the truth with every approach where there is no noise, and names the bias of the parabolas', () => {
    const optima = compareApproaches(clean, 1e24);
    const truth = surfaceOptimum(SURFACE, 1e24);
    expect(optima.approaches.map(({ id }) => id)).toEqual(['envelope', 'parabola', 'surface', 'projection']);
    for (const { id, answer } of optima.approaches) {
      expect(answer!.exponents.params.value).toBeCloseTo(surfaceExponents(SURFACE).params, 5);
      const isSurface = id === 'surface' || id === 'projection';
      expect(Math.abs(answer!.params.value / truth.params - 1)).toBeLessThan(isSurface ? 1e-5 : 0.02);
    }
    const parabola = optima.approaches[1].answer!;
    expect(parabola.params.value / truth.params - 1).toBeCloseTo(optima.parabolaBias!.params, 5);
    expect(optima.disagreement.sentence).toContain('agree on the best size');
    expect(optima.reach).toBeCloseTo(1000, 9);
  });

  it('keeps the other approaches where a grid refuses the parabolas and the envelope', () => {
    const random = new Random(1);
    const offCentre = campaign(SURFACE, {
      budgets: BUDGETS,
      sizes: 7,
      width: 1.6,
      offset: () => 6,
      noise: () => 0.001 * random.normal(),
    });
    const [envelope, parabola, surface] = compareApproaches(offCentre, 1e22).approaches;
    expect(envelope.refusal).toContain('the smallest or the largest size');
    expect(parabola.refusal).toContain('three budgets with a minimum');
    expect(surface.answer).toBeDefined();
  });

  it('says when approaches are apart by more than noise', () => {
    // Sizes that drift from a third of the optimum to three times it bend the line of the parabolas.
    const drifting = campaign(ASYMMETRIC, { budgets: BUDGETS, sizes: 15, width: 16 });
    const { disagreement } = compareApproaches(drifting, 1e24);
    expect(disagreement.params).toBeGreaterThan(1.1);
    expect(disagreement.apart).toContainEqual(['parabola', 'projection']);
    expect(disagreement.sentence).toContain('Noise alone does not explain it');
  });

  it('keeps unfinished checkpoints from parabolas and surfaces, unless told', () => {
    // Halfway through each run the loss lies .3 above what a finished run of that length would reach.
    const half = (column: Float64Array, by: (value: number) => number): Float64Array =>
      Float64Array.from([...column, ...column.map(by)]);
    const { params, tokens, flops, loss } = clean.columns;
    const both: Observations = {
      ...clean,
      rows: 2 * clean.rows,
      columns: {
        params: half(params, (value) => value),
        tokens: half(tokens, (value) => value / 2),
        flops: half(flops, (value) => value / 2),
        loss: half(loss, (value) => value + 0.3),
      },
      runs: [...clean.runs, ...clean.runs],
    };
    const beta = (checkpoints: 'last' | 'all'): number =>
      compareApproaches(both, 1e24, { checkpoints }).surfaces.projection!.parameters.beta;
    expect(beta('last')).toBeCloseTo(SURFACE.beta, 5);
    expect(Math.abs(beta('all') - SURFACE.beta)).toBeGreaterThan(0.01);
    expect(compareApproaches(both, 1e24).envelope.of).toBe('curves');
  });

  it('refuses tables without what it needs', () => {
    const { loss: _, ...rest } = clean.columns;
    expect(() => compareApproaches({ ...clean, columns: rest }, 1e24)).toThrow("need 'loss'");
    const loss = clean.columns.loss.map((value, row) => (row === 4 ? -value : value));
    expect(() => compareApproaches({ ...clean, columns: { ...clean.columns, loss } }, 1e24)).toThrow('in row 5');
  });
});

const ASYMMETRIC = { E: 1.69, A: 406.4, B: 410.7, alpha: 0.465, beta: 0.155 };

describe('budgetsOf', () => {
  const table = (columns: Record<string, number[]>): Observations => ({
    rows: columns.flops.length,
    columns: Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, Float64Array.from(values)])),
    runs: columns.flops.map((_, i) => `${i}`),
    conventions: {},
    exclusions: [],
  });

  it('joins flops within the tolerance of the least', () => {
    const budgets = budgetsOf(table({ flops: [1.09e18, 1e19, 1e18, 1.11e18] }));
    expect(budgets.map(({ rows }) => rows)).toEqual([[2, 0], [3], [1]]);
    expect(budgets[0].flops / 1e18).toBeCloseTo(Math.sqrt(1.09), 9);
  });

  it('goes by the column budget where there is one', () => {
    const budgets = budgetsOf(table({ flops: [1e18, 1.5e18, 2e18], budget: [1e18, 1e18, 2e18] }));
    expect(budgets.map(({ rows }) => rows)).toEqual([[0, 1], [2]]);
  });
});

describe('auditCounts', () => {
  it('gives the exponents that follow in closed form from how one count grows with the other', () => {
    // Non-embedding counts n obey the surface; total ones are 40 n^.8; flops are 6 times total times tokens.
    const paramsNonEmbedding = clean.columns.params;
    const params = paramsNonEmbedding.map((n) => 40 * n ** 0.8);
    const flops = params.map((n, row) => 6 * n * clean.columns.tokens[row]);
    const table = { ...clean, columns: { ...clean.columns, params, paramsNonEmbedding, flops } };
    const audits = auditCounts(table);
    const { alpha, beta } = SURFACE;
    const a = [beta / (alpha / 0.8 + beta), beta / (alpha + beta), beta / (alpha + 0.8 * beta)];
    expect(audits.map(({ params: count, flops: way }) => `${count} ${way}`)).toEqual([
      'total 6ND',
      'non-embedding 6ND',
      'non-embedding exact',
    ]);
    for (const [index, audit] of audits.entries()) {
      expect(audit.exponents.params.value).toBeCloseTo(a[index], 5);
      expect(audit.change).toBeCloseTo(a[index] - a[0], 5);
    }
  });

  it('refuses a table with one count', () => {
    expect(() => auditCounts(clean)).toThrow('one way only');
  });
});
