import type { Model } from '../model/index.ts';
import { scaleModel } from '../scaling/index.ts';
import type { ScalingResult, ScalingRule } from '../scaling/index.ts';

/** How a candidate is made larger or smaller. */
export interface CandidateScale {
  readonly along: 'depth' | 'width' | 'resolution' | 'compound';
  /** Multiply-accumulates of a sample as a multiple of the model's. */
  readonly macs: number;
}

/** Halvings of the bracket: sizes are whole numbers, which stop moving long before. */
const HALVINGS = 24;
/** No axis is turned by more. */
const LARGEST_FACTOR = 1024;

/**
 * The model scaled along one axis, or by compound scaling, to the valid size whose multiply-accumulates come nearest to a multiple of its
 * own. Throws `not-identifiable` where the axis has nothing to scale.
 */
export function scaleToMacs(model: Model, { along, macs }: CandidateScale): ScalingResult {
  const at = (logFactor: number): ScalingResult => scaleModel(model, ruleOf(along, logFactor));
  const distance = ({ before, after }: ScalingResult): number => Math.abs(Math.log(after.macs / before.macs / macs));
  let [low, high] = macs < 1 ? [-Math.log(LARGEST_FACTOR), 0] : [0, Math.log(LARGEST_FACTOR)];
  let best = at(0);
  for (let halving = 0; halving < HALVINGS; halving++) {
    const middle = (low + high) / 2;
    const found = at(middle);
    if (distance(found) < distance(best)) best = found;
    if (found.after.macs / found.before.macs < macs) low = middle;
    else high = middle;
  }
  return best;
}

/** Compound scaling after Tan and Le 2019: phi is the logarithm over that of the factor of one step, about 2 in operations. */
function ruleOf(along: CandidateScale['along'], logFactor: number): ScalingRule {
  if (along === 'compound') return { rule: 'compound', phi: logFactor / Math.LN2 };
  return { rule: 'axes', [along]: Math.exp(logFactor) };
}
