import { IsoflopError } from '../../terms/errors.ts';
import type { Observations } from '../../terms/observation.ts';
import type { ParamsConvention } from '../../terms/conventions.ts';
import { lawById } from '../catalogue/index.ts';
import { fitLaw } from '../fit/fit-law.ts';
import { OBJECTIVES } from './optima.ts';
import type { Estimate } from './optimum-line.ts';
import { estimateFromSurface } from './surface-estimate.ts';
import { costLawOf } from './surface-optimum.ts';
import type { CostLaw } from './surface-optimum.ts';

/** The exponents of the best split under one way to count parameters and FLOPs. */
export interface CountAudit {
  readonly params: ParamsConvention;
  /** `6ND`: six times these parameters times tokens. `exact`: the table's own flops. */
  readonly flops: '6ND' | 'exact';
  readonly cost: CostLaw;
  readonly alpha: number;
  readonly beta: number;
  readonly exponents: { readonly params: Estimate; readonly tokens: Estimate };
  /** Exponent of the best size less that of the first way. */
  readonly change: number;
}

/** Columns that hold parameters, by how they were counted. */
export const PARAMS_COLUMNS: Readonly<Record<ParamsConvention, string>> = {
  total: 'params',
  'non-embedding': 'paramsNonEmbedding',
  'non-lookup': 'paramsNonLookup',
  active: 'paramsActive',
};
/** FLOPs of a table that lie within this share of 6ND in every row are no count of their own. */
const SAME_COUNT = 1e-3;

/**
 * Refits the surface (approach 3) with every count of parameters and FLOPs that the table's columns allow. The same runs give
 * other exponents under other counts: a law holds for its own count only.
 */
export function auditCounts(data: Observations): CountAudit[] {
  const conventions = (Object.keys(PARAMS_COLUMNS) as ParamsConvention[]).filter(
    (name) => data.columns[PARAMS_COLUMNS[name]],
  );
  const ways = conventions.flatMap((params) => {
    const column = data.columns[PARAMS_COLUMNS[params]];
    const sixND = column.map((value, row) => 6 * value * data.columns.tokens[row]);
    const { flops } = data.columns;
    const isOwn = flops.some((value, row) => Math.abs(value / sixND[row] - 1) > SAME_COUNT);
    return [
      { params, flops: '6ND' as const, columns: { params: column, flops: sixND } },
      ...(isOwn ? [{ params, flops: 'exact' as const, columns: { params: column, flops } }] : []),
    ];
  });
  if (ways.length < 2) {
    throw new IsoflopError('missing', 'the table counts parameters and FLOPs in one way only: nothing to compare', {
      hint: `Name another count with --map, such as "paramsNonEmbedding=N_no_emb" or "flops=C".`,
    });
  }
  const audits = ways.map(({ params, flops, columns }) => ({ params, flops, ...auditOne(data, columns) }));
  const first = audits[0].exponents.params.value;
  return audits.map((audit) => ({ ...audit, change: audit.exponents.params.value - first }));
}

function auditOne(
  data: Observations,
  columns: { readonly params: Float64Array; readonly flops: Float64Array },
): Pick<CountAudit, 'cost' | 'alpha' | 'beta' | 'exponents'> {
  const counted = { ...data, columns: { ...data.columns, ...columns } };
  const fit = fitLaw(lawById('chinchilla'), counted, { objective: OBJECTIVES.surface });
  const cost = costLawOf(counted);
  const { exponents } = estimateFromSurface(fit, counted, columns.flops[0], cost);
  return { cost, alpha: fit.parameters.alpha, beta: fit.parameters.beta, exponents };
}
