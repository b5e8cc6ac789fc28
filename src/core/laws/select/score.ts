import type { CandidateKind, ForecastPart, HeldOutError, SelectionCandidate } from '../../terms/selection.ts';
import type { CostTable } from './cost-table.ts';
import type { Origin } from './origins.ts';
import { rootMeanSquare } from './held-out.ts';

export interface Contender {
  readonly name: string;
  readonly kind: CandidateKind;
  /** [origin][held-out row] observed minus forecast; undefined where the candidate could not be tried. */
  readonly errors: readonly (Float64Array | undefined)[];
  readonly parts: readonly ForecastPart[];
}

/** A candidate's held-out errors, beside those of the last value on the same rows. */
export function scoreCandidate(
  table: CostTable,
  origins: readonly Origin[],
  { name, kind, errors, parts }: Contender,
  lastValue: readonly (Float64Array | undefined)[],
): SelectionCandidate {
  const own = rootMeanSquare(origins, errors);
  const baseline = rootMeanSquare(
    origins,
    lastValue.map((one, index) => (errors[index] ? one : undefined)),
  );
  const tried = errors.flatMap((one, index) => (one ? [index] : []));
  const size = (index: number, all: typeof errors): number => rootMeanSquare([origins[index]], [all[index]]);
  const isTried = tried.length > 0;
  return {
    name,
    kind,
    error: isTried ? own : null,
    ratio: isTried && baseline > 0 ? own / baseline : null,
    origins: tried.length,
    wins: tried.filter((index) => size(index, errors) < size(index, lastValue)).length,
    heldOut: tried.flatMap((index) => heldOutOf(table, origins[index], errors[index]!)),
    parts,
  };
}

function heldOutOf({ data, axis }: CostTable, { seen }: Origin, errors: Float64Array): HeldOutError[] {
  const cost = data.columns[axis];
  return [...errors].map((error, at) => ({ origin: cost[seen - 1], cost: cost[seen + at], error }));
}
