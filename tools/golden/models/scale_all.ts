/**
 * Scales models by depth 2, width 1.5, resolution 1.25 and compound 1, for their own frameworks to load:
 * `node tools/golden/models/scale_all.ts FOLDER [FILE...]`. Without FILE the golden models that SOURCES names. Writes the documents,
 * `manifest.json` for run_scaled.py and `refusals.json` to FOLDER.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { openModel } from '../../../src/io/models/open.ts';
import { SCALED_BY, scaledRow } from '../../../test/support/scaled-models.ts';
import type { InputSizes, RefusedRow, ScaledRow } from '../../../test/support/scaled-models.ts';
import { SCALED_SOURCES } from '../../../test/support/scaled-sources.ts';

const MODELS = join(import.meta.dirname, '../../../test/golden/models');
const RECORD = JSON.parse(readFileSync(join(MODELS, 'record.json'), 'utf8')) as { file: string; at?: InputSizes }[];

const [folder, ...files] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: node tools/golden/models/scale_all.ts FOLDER [FILE...]');
mkdirSync(folder, { recursive: true });
const manifest: (ScaledRow & { file: string })[] = [];
const refusals: RefusedRow[] = [];
for (const source of files.length > 0 ? files : SCALED_SOURCES) {
  const model = await openModel(files.length > 0 ? source : join(MODELS, source));
  const at = RECORD.find(({ file }) => file === source)?.at;
  for (const rule of SCALED_BY) {
    try {
      const scaled = scaledRow(model, source, rule, at);
      if ('refusal' in scaled) {
        refusals.push(scaled);
        console.log(`${source} ${scaled.rule}: refused, ${scaled.refusal}`);
        continue;
      }
      const { extension, bytes } = scaled.result.variant.model.write();
      const file = `${basename(source).replace(/\.[^.]+$/, '')}-${scaled.row.rule}${extension}`;
      writeFileSync(join(folder, file), bytes);
      manifest.push({ file, ...scaled.row });
    } catch (error) {
      console.error(
        `${source} ${JSON.stringify(rule)}: BROKEN, ${(error as Error).message} ${(error as { path?: string }).path ?? ''}`,
      );
      process.exitCode = 1;
    }
  }
}
writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest, null, 1));
writeFileSync(join(folder, 'refusals.json'), JSON.stringify(refusals, null, 1));
