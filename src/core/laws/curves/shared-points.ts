import type { LossCurve } from './loss-curve.ts';

/**
 * The curve without the points at its beginning that another run has too, step and loss alike: runs that branch off from one another
 * share a history, which is one piece of evidence, not two.
 */
export function withoutShared(curve: LossCurve, others: readonly LossCurve[]): LossCurve {
  const shared = Math.max(0, ...others.map((other) => sharedPoints(curve, other)));
  return shared === 0 ? curve : { ...curve, steps: curve.steps.slice(shared), losses: curve.losses.slice(shared) };
}

/** Curves of which each point of a shared history is there once, in the first that has it. */
export const withoutRepeats = (curves: readonly LossCurve[]): LossCurve[] =>
  curves.map((curve, index) => withoutShared(curve, curves.slice(0, index))).filter(({ steps }) => steps.length > 0);

function sharedPoints(one: LossCurve, other: LossCurve): number {
  const differs = one.steps.findIndex(
    (step, row) => step !== other.steps[row] || one.losses[row] !== other.losses[row],
  );
  return differs < 0 ? one.steps.length : differs;
}
