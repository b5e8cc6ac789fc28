import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ruleName } from '../../src/core/scaling/scale.ts';
import { openModel } from '../../src/io/models/open.ts';
import { SCALED_BY, scaledRow } from '../support/scaled-models.ts';
import type { InputSizes } from '../support/scaled-models.ts';

const MODELS = join(import.meta.dirname, 'models');
const read = (name: string): unknown => JSON.parse(readFileSync(join(MODELS, name), 'utf8'));

/** tools/golden/models/scale_all.ts scaled them, run_scaled.py asked the frameworks. A refused axis has no counts. */
interface Row {
  readonly source: string;
  readonly rule: string;
  readonly refusal?: string;
  readonly nominal: Readonly<Record<string, number>>;
  readonly achieved: Readonly<Record<string, number>>;
  /** How many sizes were repaired. */
  readonly repairs: number;
  readonly loads: boolean;
  readonly runs: boolean;
  readonly frameworkParams: number;
  readonly frameworkMacs: number;
}

const ROWS = read('scaled-record.json') as Row[];
const SIZES = read('record.json') as { readonly file: string; readonly at?: InputSizes }[];
/** Networks of hundreds of layers are scaled by the generator alone: they take seconds. */
const isSmall = ({ source }: Row): boolean => !source.includes('applications-');
const bySource = Map.groupBy(ROWS.filter(isSmall), ({ source }) => source);
const of = (format: string): Row[] => ROWS.filter(({ source, refusal }) => source.startsWith(format) && !refusal);

describe('scaled models in their own frameworks', () => {
  it('are of all formats', () => {
    for (const [format, sources] of Object.entries({ keras: 5, onnx: 3, huggingface: 5 }))
      expect(new Set(of(`${format}/`).map(({ source }) => source)).size).toBeGreaterThanOrEqual(sources);
  });

  it('were all loaded and run, and came near their factors or were repaired', () => {
    for (const { source, rule, refusal, loads, runs, nominal, achieved, repairs } of ROWS) {
      if (refusal) continue;
      const isNear = Object.entries(nominal).every(([axis, factor]) => Math.abs(achieved[axis] / factor - 1) <= 0.15);
      expect({ source, rule, loads, runs, ok: isNear || repairs > 0 }).toEqual({
        source,
        rule,
        loads: true,
        runs: true,
        ok: true,
      });
    }
  });

  it.each([...bySource])('%s counts as its framework does', async (source, rows) => {
    const model = await openModel(join(MODELS, source));
    const at = SIZES.find(({ file }) => file === source)?.at;
    for (const wanted of rows) {
      const rule = SCALED_BY.find((one) => ruleName(one) === wanted.rule)!;
      const found = scaledRow(model, source, rule, at);
      if ('refusal' in found) {
        expect(found.refusal).toBe(wanted.refusal);
        continue;
      }
      const { params, macs, nominal, repairs } = found.row;
      expect({ rule: found.row.rule, params, macs, nominal, repairs: repairs.length }).toEqual({
        rule: wanted.rule,
        params: wanted.frameworkParams,
        macs: wanted.frameworkMacs,
        nominal: wanted.nominal,
        repairs: wanted.repairs,
      });
    }
  });
});
