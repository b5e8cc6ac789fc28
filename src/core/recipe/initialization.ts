import type { Parameter } from '../graph/parameter.ts';
import { Random } from '../math/random.ts';

/** Standard deviation of learned positions: small beside token embeddings of unit scale. */
const POSITION_DEVIATION = 0.02;

/** Start of the gains that end a residual branch (layer scale): ConvNeXt's (Liu et al. 2022, appendix A.1). */
const LAYER_SCALE = 1e-6;

/** What initialisation depends on besides the parameter itself. */
export interface InitializationContext {
  /** Blocks that write into the residual stream; 0 for models without one. */
  readonly depth: number;
  /** A tied table is also the output head, so it starts small; an untied one starts at unit scale. */
  readonly tiedHead: boolean;
  /** Whether the output head starts at zero, so that the first loss is that of a uniform guess at every width. */
  readonly zeroHead: boolean;
  /** Names of filters before a rectifier, of which half is lost. Default: none. */
  readonly rectified?: ReadonlySet<string>;
  /** Names of gains that scale residual branches. Default: none. */
  readonly layerScales?: ReadonlySet<string>;
  /** Names of batch norms' gains that end residual branches (a projected shortcut has none), and whether they start at 0. Default: none, and no. */
  readonly branchGains?: ReadonlySet<string>;
  readonly zeroBranches?: boolean;
}

/**
 * Standard deviation of a parameter's initial values: 1/sqrt(fanIn) for matrices, sqrt(2/fanIn) for filters before a rectifier
 * (He et al. 2015, equation 10; fan-in of depthwise filters: their window), divided by sqrt(2 depth) where they write into the
 * residual stream of a transformer (Radford et al. 2019, section 2.3); positions and class tokens .02, as in timm; tables 1, or 1/sqrt(width) where tied; biases 0; gains are 1.
 */
export function initialDeviation(parameter: Parameter, context: InitializationContext): number {
  switch (parameter.role) {
    case 'embedding':
      return context.tiedHead ? 1 / Math.sqrt(parameter.shape[1]) : 1;
    case 'position':
      return POSITION_DEVIATION;
    case 'matrix':
      if (context.rectified?.has(parameter.name)) return Math.sqrt(2 / parameter.fanIn);
      return 1 / Math.sqrt(parameter.fanIn * (parameter.residual ? Math.max(1, 2 * context.depth) : 1));
    case 'head':
      return context.zeroHead ? 0 : 1 / Math.sqrt(parameter.fanIn);
    case 'gain':
    case 'bias':
      return 0;
  }
}

function initialGain({ name }: Parameter, context: InitializationContext): number {
  if (context.layerScales?.has(name)) return LAYER_SCALE;
  return context.zeroBranches && context.branchGains?.has(name) ? 0 : 1;
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
    values.fill(parameter.role === 'gain' ? initialGain(parameter, context) : 0);
    return;
  }
  const random = new Random(seed, index);
  for (let position = 0; position < values.length; position++) values[position] = deviation * random.normal();
}
