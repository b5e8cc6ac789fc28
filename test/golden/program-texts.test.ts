import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openModel } from '../../src/io/models/open.ts';
import { programRows } from '../support/program-texts.ts';

const MODELS = join(import.meta.dirname, 'models');

/** A text that torch ran: what it counted. A refused axis has no text; `same` stands where nothing was scaled. */
interface Row {
  readonly source: string;
  readonly rule: string;
  readonly refusal?: true;
  readonly text: string;
  readonly params: number;
  readonly macs: number;
  readonly same?: boolean;
}

// tools/golden/models/run_program_texts.py ran the texts and wrote it.
const { rows } = JSON.parse(readFileSync(join(MODELS, 'program-record.json'), 'utf8')) as { readonly rows: Row[] };
const bySource = [...Map.groupBy(rows, ({ source }) => source)];

describe('programs of torch.export as PyTorch code, as torch ran them', () => {
  it('compute what the file computes, where nothing was scaled', () => {
    const plain = rows.filter(({ rule }) => rule === 'none');
    expect(plain.length).toBeGreaterThanOrEqual(19);
    expect(plain.filter(({ same }) => same !== true)).toEqual([]);
  });

  it.each(bySource)('%s', async (source, wanted) => {
    const model = await openModel(join(MODELS, 'torch-export', source));
    // Another text than the one that ran: run tools/golden/models/run_program_texts.py again.
    const found = programRows(model, source).map((row) => {
      if ('refusal' in row) return row;
      const { rule, params, macs, text } = row;
      return { source, rule, text: createHash('sha256').update(text).digest('hex'), params, macs };
    });
    const kept = wanted.map(({ rule, refusal, text, params, macs }) =>
      refusal ? { source, rule, refusal } : { source, rule, text, params, macs },
    );
    expect(found).toEqual(kept);
  });
});
