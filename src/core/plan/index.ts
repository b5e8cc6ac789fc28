export { allocate } from './allocation.ts';
export type { Allocation, ChinchillaConstants } from './allocation.ts';
export { planHero, planLadder, planTuning } from './ladder.ts';
export type { PlannedTrial, TrialRole } from './ladder.ts';
