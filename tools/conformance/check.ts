/** One published value beside ours. */
export interface Check {
  /** What is compared, such as "240 runs, alpha". */
  readonly what: string;
  /** Where the published value comes from: paper and table, or the program that recomputed it. */
  readonly source: string;
  readonly published: number;
  readonly ours: number;
  /** `absolute` and `relative`: largest distance. `at-most`: ours may exceed the published value by this share. `at-least`: fall short by it. */
  readonly by: 'absolute' | 'relative' | 'at-most' | 'at-least';
  readonly tolerance: number;
}

/** A part of the suite: its checks, made when it runs; `skipped` says why there are none. */
export interface Section {
  readonly title: string;
  readonly checks: readonly Check[];
  readonly skipped?: string;
}

export function holds({ published, ours, by, tolerance }: Check): boolean {
  switch (by) {
    case 'absolute':
      return Math.abs(ours - published) <= tolerance;
    case 'relative':
      return Math.abs(ours / published - 1) <= tolerance;
    case 'at-most':
      return ours <= published + tolerance * Math.abs(published);
    case 'at-least':
      return ours >= published - tolerance * Math.abs(published);
  }
}
