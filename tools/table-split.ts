/** The rows that a regression's training holds out, for the peer: `node tools/table-split.ts TRAINING.yaml ROWS` prints them as JSON. */
import { readTrainingFile } from '../src/app/study/training/file.ts';
import { splitRows } from '../src/engine/data/split.ts';

const [path, rows] = process.argv.slice(2);
const { data } = readTrainingFile(path).training;
if (data.kind !== 'table' || data.task !== 'regression')
  throw new Error('only a regression on a table is divided without its labels');
console.log(JSON.stringify([...splitRows(Number(rows), data).heldOut]));
