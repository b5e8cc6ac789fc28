import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { measurementSchema } from '../../core/schema/trial.ts';
import type { Measurement } from '../../core/schema/trial.ts';

/** Most that is read from a metrics file at once, and so the longest line. */
const MOST_BYTES = 16 << 20;

/** Reads the whole lines that a trainer has added to an attempt's metrics.jsonl since the last call. */
export class MetricsTail {
  private readonly path: string;
  private offset = 0;
  /** Lines that were no measurement. */
  refused = 0;

  constructor(attemptFolder: string) {
    this.path = join(attemptFolder, 'metrics.jsonl');
  }

  /** A torn last line is left for the next call. */
  read(): Measurement[] {
    if (!existsSync(this.path)) return [];
    const file = openSync(this.path, 'r');
    try {
      const size = Math.min(fstatSync(file).size - this.offset, MOST_BYTES);
      if (size <= 0) return [];
      const bytes = Buffer.alloc(size);
      const end = bytes.subarray(0, readSync(file, bytes, 0, size, this.offset)).lastIndexOf(10) + 1;
      this.offset += end;
      return bytes
        .toString('utf8', 0, end)
        .split('\n')
        .flatMap((line) => this.parse(line));
    } finally {
      closeSync(file);
    }
  }

  private parse(line: string): Measurement[] {
    if (line === '') return [];
    try {
      return [measurementSchema.parse(JSON.parse(line))];
    } catch {
      this.refused += 1;
      return [];
    }
  }
}
