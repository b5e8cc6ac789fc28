import { bootstrapFits } from '../../core/laws/uncertainty/bootstrap.ts';
import type { Fit } from '../../core/terms/fit.ts';
import type { Observations } from '../../core/terms/observation.ts';

export interface BootstrapShared {
  readonly fit: Fit;
  readonly data: Observations;
  readonly seed: number;
}

/** Draws `first` to `first + draws - 1`. */
export interface BootstrapPart {
  readonly first: number;
  readonly draws: number;
}

/**
 * What a thread can be asked to do, by name: pure functions of what all parts share and of one part. Both and the result are copied
 * between threads (structured clone). A part may know its place (a draw its seed), never its thread: so any split gives the same digits.
 */
export const TASKS = {
  'bootstrap-fits': ({ fit, data, seed }: BootstrapShared, { first, draws }: BootstrapPart): number[][] =>
    bootstrapFits(fit, data, { first, draws, seed }),
} as const;

export type TaskName = keyof typeof TASKS;
export type TaskShared<Name extends TaskName> = Parameters<(typeof TASKS)[Name]>[0];
export type TaskPart<Name extends TaskName> = Parameters<(typeof TASKS)[Name]>[1];
export type TaskResult<Name extends TaskName> = Awaited<ReturnType<(typeof TASKS)[Name]>>;
