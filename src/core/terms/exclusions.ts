import { IsoflopError } from './errors.ts';
import type { Exclusion } from './dataset.ts';

/** So many places are named for each reason. */
const MOST_EXAMPLES = 5;

/** What is wrong with a sample. */
export interface Fault {
  /** The kind of fault, the same for all samples that have it: what exclusions are counted by. */
  readonly reason: string;
  /** What exactly came. Default: the reason. */
  readonly what?: string;
  /** Where: file and entry or line. */
  readonly place: string;
  /** The remedy, one sentence. */
  readonly hint: string;
}

/** Samples that cannot be used: each stops the reading, or is left out and counted, by option. */
export class Exclusions {
  private readonly counts = new Map<string, { count: number; examples: string[] }>();

  /** Goes on from what was left out before. */
  constructor(before: readonly Exclusion[] = []) {
    for (const { reason, count, examples } of before) this.counts.set(reason, { count, examples: [...examples] });
  }

  /** Leaves the sample out where `policy` is not "refuse"; throws an error that names place and remedy where it is. */
  handle(policy: string, { reason, what, place, hint }: Fault): void {
    if (policy === 'refuse') throw new IsoflopError('invalid-input', what ?? reason, { path: place, hint });
    const seen = this.counts.get(reason) ?? { count: 0, examples: [] };
    seen.count += 1;
    if (seen.examples.length < MOST_EXAMPLES) seen.examples.push(place);
    this.counts.set(reason, seen);
  }

  list(): Exclusion[] {
    return [...this.counts].map(([reason, facts]) => ({ reason, ...facts }));
  }
}
