/** PyTorch texts of the golden .pt2 files, as they are and scaled by the four rules: what run_program_texts.py runs. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { openModel } from '../../../src/io/models/open.ts';
import { programRows } from '../../../test/support/program-texts.ts';

const FOLDER = process.argv[2] ?? join(import.meta.dirname, '../../../test/golden/models/torch-export');
const files = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.pt2'))
  .toSorted();
const rows = [];
for (const file of files) rows.push(...programRows(await openModel(join(FOLDER, file)), file));
process.stdout.write(JSON.stringify(rows));
