import type { Fit } from '../../core/laws/index.ts';
import { IsoflopError } from '../../core/terms/errors.ts';

/** Ends whose numbers are no law; at a bound, a parameter says something (most often that no floor is seen). */
const NO_LAW: readonly Fit['status']['end'][] = ['undetermined', 'out-of-steps', 'not-finite'];

/** Whether the fit ended without a law: its numbers may be looked at, not used. */
export const endsWithoutLaw = ({ status }: Pick<Fit, 'status'>): boolean => NO_LAW.includes(status.end);

/** Nothing is predicted, split or reached by numbers that are no law: throws `not-identifiable`, exit code 1. */
export function refuseWithoutLaw(fit: Pick<Fit, 'status'>, path: string): void {
  if (!endsWithoutLaw(fit)) return;
  const { end, sentence, remedy } = fit.status;
  throw new IsoflopError('not-identifiable', `no law: the fit ended '${end}'. ${sentence}`, {
    path,
    ...(remedy === undefined ? {} : { hint: remedy }),
  });
}
