import { fitLaw, lawById } from '../../src/core/laws/index.ts';
import { profileIntervals } from '../../src/core/laws/uncertainty/profile-intervals.ts';
import { observe } from '../../src/core/observations/records.ts';
import { readRecords } from '../../src/io/records/read.ts';
import type { Check, Section } from './check.ts';
import { dataFile, missing } from './data.ts';

const FILE = 'chinchilla/svg_extracted_data.csv';
const SOURCE = 'Besiroglu et al. 2024, bootstrap, from the released notebook';

/** Ends of the published 95 % intervals, and how far ours may lie from them: a third of the published interval's width. */
const PUBLISHED: Readonly<Record<string, readonly [number, number]>> = {
  E: [1.769, 1.871],
  A: [285.2, 743.6],
  alpha: [0.317, 0.373],
  beta: [0.331, 0.415],
};

/** Profile intervals of the Huber fit to 240 runs, beside the bootstrap that was published. */
export function sections(): Section[] {
  const title = 'Chinchilla, 240 runs: 95 % intervals of the Huber fit by profile, beside the bootstrap';
  const skipped = missing(FILE);
  if (skipped !== undefined) return [{ title, checks: [], skipped }];
  const map = { params: 'Model Size', flops: 'Training FLOP', loss: 'loss' };
  const data = observe(readRecords(dataFile(FILE)), { map, dropHighestLoss: 5 });
  const intervals = profileIntervals(fitLaw(lawById('chinchilla'), data), data);
  const checks = Object.entries(PUBLISHED).flatMap(([name, [low, high]]): Check[] => {
    const own = intervals[name];
    const shared = { source: SOURCE, by: 'absolute' as const, tolerance: (high - low) / 3 };
    return [
      { what: `${name}, low end`, published: low, ours: own.low, ...shared },
      { what: `${name}, high end`, published: high, ours: own.high, ...shared },
    ];
  });
  return [{ title, checks }];
}
