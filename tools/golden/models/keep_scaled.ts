/**
 * Keeps what run_scaled.py found of scale_all.ts's models: `node tools/golden/models/keep_scaled.ts FOLDER` reads `record.json` and
 * `refusals.json` of FOLDER and writes test/golden/models/scaled-record.json; rows of sources that FOLDER lacks stay.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const KEPT =
  `source rule nominal achieved repairs loads runs oursParams frameworkParams oursMacs frameworkMacs version device`.split(
    ' ',
  );

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: node tools/golden/models/keep_scaled.ts FOLDER');
const RECORD = join(import.meta.dirname, '../../../test/golden/models/scaled-record.json');
const read = (path: string): Record<string, unknown>[] =>
  JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>[];

const rows = read(join(folder, 'record.json')).map((row) => {
  const counted: Record<string, unknown> = { ...row, repairs: (row.repairs as unknown[]).length };
  return Object.fromEntries(KEPT.flatMap((key) => (key in counted ? [[key, counted[key]]] : [])));
});
const bySource = Map.groupBy([...rows, ...read(join(folder, 'refusals.json'))], ({ source }) => source);
const kept = Map.groupBy(read(RECORD), ({ source }) => source);
const lines = [...new Map([...kept, ...bySource]).values()].flat().map((row) => JSON.stringify(row));
writeFileSync(RECORD, `[\n${lines.join(',\n')}\n]\n`);
