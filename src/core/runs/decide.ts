/** What is known of one attempt. `lost`: its process is gone and it left no exit file. */
export type AttemptState = 'running' | 'done' | 'diverged' | 'resume' | 'failed' | 'killed' | 'lost';

/** What the driver does with a trial next. */
export type Decision =
  | { readonly kind: 'start'; readonly attempt: number }
  | { readonly kind: 'wait' }
  | { readonly kind: 'finished'; readonly state: 'done' | 'diverged' | 'failed' };

/** A command that fails twice by itself will fail again. */
const MOST_FAILURES = 2;
/** Attempts ended from outside (killed, machine lost) are resumed; this many without an end means something hunts them. */
const MOST_INTERRUPTIONS = 50;

const count = (attempts: readonly AttemptState[], states: readonly AttemptState[]): number =>
  attempts.filter((state) => states.includes(state)).length;

/** The next step of a trial from the states of its attempts, first to last. */
export function decide(attempts: readonly AttemptState[]): Decision {
  const last = attempts.at(-1);
  if (last === 'running') return { kind: 'wait' };
  if (last === 'done' || last === 'diverged') return { kind: 'finished', state: last };
  const isHopeless =
    count(attempts, ['failed']) >= MOST_FAILURES || count(attempts, ['killed', 'lost']) >= MOST_INTERRUPTIONS;
  return isHopeless ? { kind: 'finished', state: 'failed' } : { kind: 'start', attempt: attempts.length + 1 };
}
