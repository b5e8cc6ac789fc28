import { describe, expect, it } from 'vitest';
import { presetsSchema } from '../../src/core/schema/presets.ts';
import { isoflop } from '../support/study.ts';

describe('isoflop presets', () => {
  it('lists groups with their sources within 80 columns', () => {
    const { stdout, code } = isoflop('presets', 'efficientnetv2');
    expect(code).toBe(0);
    expect(stdout).toMatch(/efficientnetv2-l +119 M +56.1 G +480 px/);
    expect(stdout).toContain('arXiv:2104.00298');
    expect(
      isoflop('presets')
        .stdout.split('\n')
        .filter((line) => line.length > 80),
    ).toEqual([]);
  });

  it('shows one with exact counts, note and the YAML that opens again', () => {
    const { stdout } = isoflop('presets', 'EfficientNetV2_L');
    expect(stdout).toContain('118,515,272 parameters');
    expect(stdout).toContain('The README says 119.5 M');
    expect(isoflop('presets', 'mlp-20-64-128-64-1').stdout).toContain('17,985 parameters');
    expect(stdout).toContain('  - {block: fused, depth: 7, width: 64, stride: 2, kernel: 3, expansion: 4}');
  });

  it('prints one stable document', () => {
    const { presets, schema } = presetsSchema.parse(JSON.parse(isoflop('presets', 'regnety', '--json').stdout));
    presetsSchema.parse(JSON.parse(isoflop('presets', '--json').stdout));
    expect(schema).toBe('isoflop.presets/1');
    expect(presets).toHaveLength(14);
    expect(presets[0]).toMatchObject({ name: 'regnety-200mf', params: 3162996, macs: 199514080, input: [3, 224, 224] });
  });

  it('says which name was meant', () => {
    const { code, stderr } = isoflop('presets', 'resnet5O');
    expect(code).toBe(2);
    expect(stderr).toContain("Did you mean 'resnet50'?");
  });
});
