import { log } from '../../math/elementary.ts';
import { mean } from '../../math/means.ts';
import { Projection } from '../../math/projection.ts';
import type { Fit, Objective } from '../../terms/fit.ts';
import type { Law } from '../../terms/law.ts';
import { fitLaw } from '../fit/fit-law.ts';
import { modelOf } from '../fit/model.ts';
import type { ScalingTable } from './scaling-table.ts';

/** Tests need the objective whose reference distributions are known. */
export const LEAST_SQUARES: Objective = { kind: 'least-squares', residual: 'log' };

/** A fitted law, linearised in the logarithm of the loss. */
export interface NullLaw {
  readonly fit: Fit;
  /** The law's own derivatives: what its parameters can explain near the fit. */
  readonly columns: readonly Float64Array[];
  readonly projection: Projection;
  /** Logarithm of the law at other values of its variables. */
  at(variables: readonly ArrayLike<number>[]): Float64Array;
}

function fitNull(table: ScalingTable, law: Law): NullLaw {
  const fit = fitLaw(law, table.data, { objective: LEAST_SQUARES });
  const model = modelOf(law);
  const raw = law.parameters.map(({ name }) => fit.parameters[name]);
  const variables = law.variables.map((name) => table.data.columns[name]);
  const rows = table.data.rows;
  const width = raw.length + 1;
  const slopes = model.slopes(raw, variables, rows).slice();
  const columns = raw.map((_, index) =>
    Float64Array.from({ length: rows }, (__, row) => slopes[row * width + 1 + index] / slopes[row * width]),
  );
  return {
    fit,
    columns,
    projection: new Projection(columns),
    at: (other) => model.values(raw, other, other[0].length).map(log),
  };
}

/** The laws that a table is judged against. */
export interface NullLaws {
  readonly plain: NullLaw;
  readonly floored: NullLaw;
}

export const fitNulls = (table: ScalingTable): NullLaws => ({
  plain: fitNull(table, table.plain),
  floored: fitNull(table, table.floored),
});

/** Below this p-value of the floor its law bends enough to be linearised; above, a parabola bends as well and is exact. */
const CLEAR_FLOOR = 1e-3;

/**
 * What clean data can look like, as columns: the law with a floor at its fit. In one variable, where a floor is not clearly there, its
 * curvature may be anything, and the straight line with a square takes its place.
 */
export function cleanShapes(table: ScalingTable, nulls: NullLaws, floorPValue: number): Projection {
  if (table.variables.length > 1 || floorPValue < CLEAR_FLOOR) return nulls.floored.projection;
  const centre = mean(table.scale);
  const x = table.scale.map((value) => value - centre);
  return new Projection([x.map(() => 1), x, x.map((value) => value * value)]);
}
