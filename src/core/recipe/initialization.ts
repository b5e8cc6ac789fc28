import type { Parameter } from '../graph/parameter.ts';
import { Random } from '../math/random.ts';

/** Standard deviation of learned positions: small beside token embeddings of unit scale. */
const POSITION_DEVIATION = 0.02;

/** What initialisation depends on besides the parameter itself. */
export interface InitializationContext {
  /** Blocks that write into the residual stream; 0 for models without one. */
  readonly depth: number;
  /** A tied table is also the output head, so it starts small; an untied one starts at unit scale. */
  readonly tiedHead: boolean;
  /** Whether the output head starts at zero, so that the first loss is that of a uniform guess at every width. */
  readonly zeroHead: boolean;
}

/**
 * Standard deviation of a parameter's initial values: 1/sqrt(fanIn) for matrices, divided by sqrt(2 depth) where they write
 * into the residual stream (Radford et al. 2019, section 2.3); tables 1, or 1/sqrt(width) where tied; biases 0; gains are 1.
 */
export function initialDeviation(parameter: Parameter, context: InitializationContext): number {
  switch (parameter.role) {
    case 'embedding':
      return context.tiedHead ? 1 / Math.sqrt(parameter.shape[1]) : 1;
    case 'position':
      return POSITION_DEVIATION;
    case 'matrix':
      return 1 / Math.sqrt(parameter.fanIn * (parameter.residual ? Math.max(1, 2 * context.depth) : 1));
    case 'head':
      return context.zeroHead ? 0 : 1 / Math.sqrt(parameter.fanIn);
    case 'gain':
    case 'bias':
      return 0;
  }
}

/** Fills `values` (row-major) with the parameter's start. `index` separates the random streams of a model's parameters. */
export function initialize(
  values: Float32Array,
  parameter: Parameter,
  context: InitializationContext,
  seed: number,
  index: number,
): void {
  const deviation = initialDeviation(parameter, context);
  if (deviation === 0) {
    values.fill(parameter.role === 'gain' ? 1 : 0);
    return;
  }
  const random = new Random(seed, index);
  for (let position = 0; position < values.length; position++) values[position] = deviation * random.normal();
}
