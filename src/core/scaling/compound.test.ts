import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { totalMacs } from '../graph/cost.ts';
import { presetModel } from '../model/families.ts';
import { proposeCompound } from './compound-search.ts';
import {
  compoundFactors,
  factorsByWeights,
  impliedPhi,
  nominalActivations,
  nominalCost,
  parseWeights,
} from './compound.ts';
import { NAMED_EFFICIENTNETS, notPowersOfAlpha } from './named-efficientnets.ts';
import { REGULARISATION_RULES, regularisationAt } from './regularisation.ts';

interface PhiRow {
  readonly name: string;
  readonly phi_implied?: { readonly depth: number; readonly width: number; readonly resolution: number };
}

const REFERENCE = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../test/published/reference-models.json'), 'utf8'),
) as PhiRow[];

describe('compound scaling', () => {
  it('is a power of each axis, also for fractional and negative phi', () => {
    expect(compoundFactors(1)).toEqual({ depth: 1.2, width: 1.1, resolution: 1.15 });
    expect(compoundFactors(0)).toEqual({ depth: 1, width: 1, resolution: 1 });
    const down = compoundFactors(-1.5);
    const up = compoundFactors(1.5);
    expect(down.depth * up.depth).toBeCloseTo(1, 14);
    expect(nominalCost(compoundFactors(2.5))).toBeCloseTo(nominalCost(compoundFactors(1)) ** 2.5, 12);
  });

  it("costs 1.92 a phi with the paper's factors, not 2", () => {
    expect(nominalCost(compoundFactors(1))).toBeCloseTo(1.92027, 5);
    expect(nominalCost(compoundFactors(7))).toBeCloseTo(96.28, 2);
  });

  it.each([
    [0.05, 53, false],
    [0.08, 84, true],
    [0.1, 108, true],
  ])('proposes, within %d of 2, %d candidates (the paper among them: %s)', (tolerance, count, has) => {
    const candidates = proposeCompound({ tolerance });
    expect(candidates).toHaveLength(count);
    const isPaper = candidates.some((c) => c.depth === 1.2 && c.width === 1.1 && c.resolution === 1.15);
    expect(isPaper).toBe(has);
  });

  it('refuses a grid without end', () => {
    expect(() => proposeCompound({ step: 1e-9 })).toThrow('1 to 200 steps');
    expect(() => proposeCompound({ step: 0 })).toThrow('1 to 200 steps');
  });

  it('shares out a factor of operations by weights (Dollar et al. 2021)', () => {
    const fast = factorsByWeights(4);
    expect(fast.depth).toBeCloseTo(1.149, 3);
    expect(fast.width).toBeCloseTo(1.741, 3);
    expect(fast.resolution).toBeCloseTo(1.072, 3);
    expect(factorsByWeights(4, parseWeights('d1_w8_g8_r1'))).toEqual(fast);
    for (const weights of ['d', 'w', 'r', 'dwr', 'd1_w2', 'd3_r0.5'])
      expect(nominalCost(factorsByWeights(7, parseWeights(weights)))).toBeCloseTo(7, 12);
    // Activations grow with the root of operations where width alone grows (their figure 2).
    expect(nominalActivations(factorsByWeights(16, parseWeights('w')))).toBeCloseTo(4, 12);
    expect(() => parseWeights('d1_x2')).toThrow("'x2' of 'd1_x2' is no weight of an axis");
    expect(() => factorsByWeights(2, { depth: 0, width: 0, resolution: 0 })).toThrow('not all 0');
    expect(() => factorsByWeights(-1)).toThrow('above 0, got -1');
  });
});

describe('named EfficientNets', () => {
  const rows = REFERENCE.filter((row) => row.phi_implied !== undefined);

  it.each(rows.map((row) => [row.name, row.phi_implied!] as const))('%s implies another phi by axis', (name, phi) => {
    const named = NAMED_EFFICIENTNETS.find((candidate) => candidate.name === name)!;
    for (const axis of ['depth', 'width', 'resolution'] as const)
      expect(named.impliedPhi[axis].toFixed(2)).toBe(phi[axis].toFixed(2));
  });

  it('are said not to be powers, with the numbers', () => {
    expect(rows).toHaveLength(4);
    expect(notPowersOfAlpha()).toContain('B4 3.22, 3.53, 3.78');
    expect(impliedPhi({ depth: 1.44, width: 1.1, resolution: 1 })).toMatchObject({ width: 1, resolution: 0 });
  });
});

describe('regularisation that goes with size', () => {
  it.each(REGULARISATION_RULES.flatMap(({ members }) => members.map(({ name, macs }) => [name, macs] as const)))(
    'the rule knows the operations of %s',
    (name, macs) => expect(totalMacs(presetModel(name)!.lower())).toBe(macs),
  );

  it('is that of the members at their size, between them in between, at the ends the end', () => {
    const [efficientnet, v2, rs] = REGULARISATION_RULES;
    expect(regularisationAt(efficientnet, 0.01)).toEqual({ dropout: 0.2, stochasticDepth: 0.2 });
    expect(regularisationAt(efficientnet, 1e6).dropout).toBe(0.5);
    const [b1, b2] = [efficientnet.members[1].macs, efficientnet.members[2].macs];
    const middle = regularisationAt(efficientnet, Math.sqrt(b1 * b2) / efficientnet.members[0].macs);
    expect(middle.dropout).toBeCloseTo(0.25, 12);
    expect(regularisationAt(v2, v2.members[1].macs / v2.members[0].macs)).toEqual({
      dropout: 0.3,
      stochasticDepth: 0.2,
      randAugment: 15,
      mixup: 0.2,
    });
    expect(regularisationAt(rs, 1)).toEqual({ dropout: 0.25, stochasticDepth: 0, randAugment: 10 });
  });
});
