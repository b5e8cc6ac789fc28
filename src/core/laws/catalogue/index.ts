import { IsoflopError } from '../../terms/errors.ts';
import type { Law } from '../../terms/law.ts';
import { SCHEDULE_LAWS } from '../curves/schedule-laws.ts';
import { CURVES } from './curves.ts';
import { LOSSES } from './losses.ts';
import { OTHERS } from './others.ts';

/** The laws that isoflop knows, each with its source and what was published for it. */
export const CATALOGUE: readonly Law[] = [...CURVES, ...LOSSES, ...OTHERS];

/** A law of the catalogue by its id. */
export function lawById(id: string): Law {
  const law = CATALOGUE.find((one) => one.id === id);
  if (law) return law;
  if (SCHEDULE_LAWS.some((one) => one.id === id)) {
    throw new IsoflopError('invalid-input', `'${id}' is a law of whole curves, not of rows`, {
      hint: 'Fit it with `isoflop curves fit`.',
    });
  }
  throw new IsoflopError('invalid-input', `no law is called '${id}'`, {
    hint: `Known: ${CATALOGUE.map((one) => one.id).join(', ')}.`,
  });
}
