import { forecastSelected, selectLaw } from '../../src/core/laws/index.ts';
import type { CandidateLaw, Observations, Selection } from '../../src/core/laws/index.ts';
import { IsoflopError } from '../../src/core/terms/errors.ts';
import { rmsle } from './curve-scores.ts';
import { partOf } from './curves.ts';
import type { RealCurve } from './curves.ts';

/** A curve with the error of each forecast of its held-out part. */
export interface ScoredCurve {
  readonly curve: RealCurve;
  /** RMSLE of the last value, of what was selected, and of each law as fitted and anchored. */
  readonly errors: Readonly<Record<string, number>>;
  /** What was selected; null where the curve could not be used. */
  readonly selection: Selection | null;
}

/** The training part of a curve as a table. */
function curveTable(curve: RealCurve): Observations {
  const { x, y } = partOf(curve, 'training');
  const columns = { flops: Float64Array.from(x), loss: Float64Array.from(y) };
  return { rows: x.length, columns, runs: x.map((_, row) => `${row}`), conventions: {}, exclusions: [] };
}

/** Selects on the training part, as far ahead as the held-out part reaches, and scores every candidate on that. */
export function scoreCurve(curve: RealCurve, candidates?: readonly CandidateLaw[]): ScoredCurve {
  const [seen, held] = [partOf(curve, 'training'), partOf(curve, 'held out')];
  const lastValue = rmsle(
    held.y.map(() => seen.y.at(-1)!),
    held.y,
  );
  const reach = held.x.at(-1)! / seen.x.at(-1)!;
  try {
    const selection = selectLaw(curveTable(curve), { reach, ...(candidates ? { candidates } : {}) });
    const errorOf = (name: string): number => {
      const forecast = [...forecastSelected(selection, { flops: held.x }, held.x.length, name)];
      return forecast.every(Number.isFinite) ? rmsle(forecast, held.y) : lastValue;
    };
    const laws = selection.candidates.filter(({ kind }) => kind === 'law' || kind === 'anchored-law');
    const errors = Object.fromEntries(laws.map(({ name }) => [name, errorOf(name)]));
    return { curve, selection, errors: { ...errors, 'last value': lastValue, selected: errorOf(selection.selected) } };
  } catch (error) {
    if (!(error instanceof IsoflopError && error.code === 'not-identifiable')) throw error;
    return { curve, selection: null, errors: { 'last value': lastValue, selected: lastValue } };
  }
}
