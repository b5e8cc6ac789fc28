import type { Fit, Interval } from '../../terms/fit.ts';
import type { Observations } from '../../terms/observation.ts';
import { lawById } from '../catalogue/index.ts';
import { fitLaw } from '../fit/fit-law.ts';
import { parameterIntervals } from '../uncertainty/delta.ts';

/** The same law on errors in distribution and under shift, over one variable. */
export interface ShiftedLaws {
  readonly id: { readonly fit: Fit; readonly intervals: Readonly<Record<string, Interval>> };
  readonly ood: { readonly fit: Fit; readonly intervals: Readonly<Record<string, Interval>> };
}

export interface ScaledPoint {
  readonly run: string;
  /** Compute, samples or parameters: what the law runs over. */
  readonly scale: number;
  readonly id: number;
  readonly ood: number;
}

/**
 * A power law with offset of the loss, or of the error 1 - accuracy, over a scale, in distribution and under shift: whether scale closes the gap is
 * whether the shifted error falls as fast, to as low a floor.
 */
export function fitShiftedLaws(points: readonly ScaledPoint[], metric: 'accuracy' | 'loss' = 'accuracy'): ShiftedLaws {
  const lossOf = (value: number): number => (metric === 'loss' ? value : 1 - value);
  return {
    id: fitLoss(points, ({ id }) => lossOf(id)),
    ood: fitLoss(points, ({ ood }) => lossOf(ood)),
  };
}

function fitLoss(points: readonly ScaledPoint[], lossOf: (point: ScaledPoint) => number): ShiftedLaws['id'] {
  const data: Observations = {
    rows: points.length,
    columns: {
      flops: Float64Array.from(points, ({ scale }) => scale),
      loss: Float64Array.from(points, lossOf),
    },
    runs: points.map(({ run }) => run),
    conventions: {},
    exclusions: [],
  };
  const fit = fitLaw(lawById('power-law-offset'), data, { objective: { kind: 'least-squares', residual: 'log' } });
  return { fit, intervals: parameterIntervals(fit, data) };
}
