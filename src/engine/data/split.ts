import { Random } from '../../core/math/random.ts';
import type { DataPart } from '../../core/terms/dataset.ts';
import { IsoflopError } from '../../core/terms/errors.ts';

/** Streams of the seed of a split; a class takes the stream from here on plus its label. */
const SPLIT_STREAM = 3_000_017;

/** Rows of a data set by part, each in ascending order. */
export type Parts = Readonly<Record<DataPart, Uint32Array>>;

export interface SplitOptions {
  /** Share of all rows that is held out. 0: the held-out rows stand elsewhere. */
  readonly heldOut: number;
  /** Share of the rest that is kept to stop early and tune by. */
  readonly validation: number;
  readonly seed: number;
}

/** Divides 0 .. count - 1 at random, by the seed alone; with labels each class by itself, so that all keep their shares. */
export function splitRows(count: number, options: SplitOptions, labels?: Int32Array): Parts {
  const parts: Record<DataPart, number[]> = { train: [], validation: [], heldOut: [] };
  for (const [label, rows] of groups(count, labels)) {
    const order = new Random(options.seed, SPLIT_STREAM + label).permutation(rows.length);
    const heldOut = Math.round(options.heldOut * rows.length);
    const validation = Math.round(options.validation * (rows.length - heldOut));
    for (const [place, index] of order.entries()) {
      const part = place < heldOut ? 'heldOut' : place < heldOut + validation ? 'validation' : 'train';
      parts[part].push(rows[index]);
    }
  }
  const ascending = (rows: number[]): Uint32Array => Uint32Array.from(rows).sort();
  return {
    train: ascending(parts.train),
    validation: ascending(parts.validation),
    heldOut: ascending(parts.heldOut),
  };
}

function groups(count: number, labels: Int32Array | undefined): Map<number, number[]> {
  const byLabel = new Map<number, number[]>();
  for (let row = 0; row < count; row++) {
    const label = labels ? labels[row] + 1 : 0;
    const rows = byLabel.get(label);
    if (rows) rows.push(row);
    else byLabel.set(label, [row]);
  }
  return byLabel;
}

/** There must be something to learn from and something to measure on. */
export function refuseEmpty(parts: Parts): void {
  for (const [part, name] of [
    ['train', 'training'],
    ['heldOut', 'held-out'],
  ] as const)
    if (parts[part].length === 0)
      throw new IsoflopError('invalid-input', `the ${name} part has no sample`, {
        path: 'data',
        hint: 'Give more samples, or another share.',
      });
}
