export { allocate } from './allocation.ts';
export type { Allocation, ChinchillaConstants } from './allocation.ts';
export { allocateByFit } from './allocation-interval.ts';
export type { FittedAllocation } from './allocation-interval.ts';
export { planHero, planLadder, planTuning } from './ladder.ts';
export type { PlannedTrial, TrialRole } from './ladder.ts';
export { reachLoss } from './sample-efficiency.ts';
export type { Reach } from './sample-efficiency.ts';
