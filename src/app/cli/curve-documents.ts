import { readFileSync } from 'node:fs';
import { scheduleLawById } from '../../core/laws/index.ts';
import type { CurveFit, CurveScore } from '../../core/laws/index.ts';
import { IsoflopError } from '../../core/terms/errors.ts';
import type { Interval } from '../../core/terms/fit.ts';
import type { Exclusion } from '../../core/terms/observation.ts';
import { fileError } from '../../io/files/errors.ts';

/** `curves fit --json` prints a fit with all that a forecast needs. */
export interface CurveFitDocument extends CurveFit {
  readonly schema: 'isoflop.curve-fit/1';
  /** 95 % intervals of the parameters. */
  readonly intervals: Readonly<Record<string, Interval>>;
  /** How well the fit follows each curve that it saw. */
  readonly curves: readonly CurveScore[];
  /** How well the others forecast each curve; absent where it was not asked for or not possible. */
  readonly heldOut?: readonly CurveScore[];
  readonly exclusions: readonly Exclusion[];
  readonly warnings: readonly string[];
}

/** Reads such a document back; the law's code comes from the catalogue. */
export function readCurveFit(path: string): CurveFitDocument {
  let document: CurveFitDocument;
  try {
    document = JSON.parse(readFileSync(path, 'utf8')) as CurveFitDocument;
  } catch (cause) {
    if (cause instanceof SyntaxError)
      throw new IsoflopError('invalid-input', `not valid JSON: ${cause.message}`, { path, cause });
    throw fileError(cause, 'reading the fit', path);
  }
  if (document?.schema !== 'isoflop.curve-fit/1' || !document.law?.id || !document.uncertainty?.covariance) {
    throw new IsoflopError('invalid-input', 'the file is no isoflop.curve-fit/1 document', {
      path,
      hint: 'Make one with `isoflop curves fit ... --json > fit.json`.',
    });
  }
  return { ...document, law: scheduleLawById(document.law.id) };
}
