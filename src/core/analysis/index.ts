export { countParameters } from './parameters.ts';
export type { ParameterCounts } from './parameters.ts';
export { sampleMacs, trainingFlops } from './flops.ts';
export type { SampleMacs } from './flops.ts';
export { trainingMemory } from './memory.ts';
export type { TrainingMemory } from './memory.ts';
