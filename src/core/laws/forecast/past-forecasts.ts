import { log } from '../../math/elementary.ts';
import type { LearningCurve } from './learning-curve.ts';

/** A forecast that could have been made from the first points of a curve, and what came. */
export interface PastForecast {
  /** Points known then. */
  readonly known: number;
  /** Index of the point to forecast. */
  readonly target: number;
  /** How far back the target lies, in reaches. */
  readonly age: number;
}

/** Fewest points of a past forecast. */
const FEWEST_KNOWN = 3;
const MOST_FORECASTS = 12;
/** Targets are laid so many to a reach, going back from the last point. */
const STEPS_PER_REACH = 4;
/** Dense curves need no two targets nearer than this factor of x. */
const LEAST_STEP = log(1.05);
/** Points are seldom exactly a reach apart: this share of it will do. */
const ENOUGH_REACH = 0.6;

/** Rolling origins along a curve, the latest first: each looks as far ahead in log x, `reach`, as the forecast that is wanted. */
export function pastForecasts({ logX }: LearningCurve, reach: number): PastForecast[] {
  const last = logX.at(-1)!;
  const step = Math.max(reach / STEPS_PER_REACH, LEAST_STEP);
  const found: PastForecast[] = [];
  for (let k = 0; found.length < MOST_FORECASTS; k++) {
    const end = last - k * step + 1e-9;
    const target = logX.findLastIndex((x) => x <= end);
    if (target < 0) break;
    const known = logX.findLastIndex((x) => x <= logX[target] - ENOUGH_REACH * reach) + 1;
    if (known < FEWEST_KNOWN) break;
    const previous = found.at(-1);
    if (previous?.target === target) continue;
    found.push({ known, target, age: (last - logX[target]) / reach });
  }
  return found;
}
