import { exp, log, pow } from '../math/elementary.ts';

/** A split of a budget, with flops = 6 params tokens. */
export interface Allocation {
  readonly flops: number;
  readonly params: number;
  readonly tokens: number;
  readonly loss: number;
}

/** Parameters of E + A / params^alpha + B / tokens^beta. */
export interface ChinchillaConstants {
  readonly E: number;
  readonly A: number;
  readonly B: number;
  readonly alpha: number;
  readonly beta: number;
}

/**
 * The compute-optimal split of a budget in closed form (Hoffmann et al. 2022, equation 4): with C = 6 N D,
 * N = G (C/6)^(beta/(alpha+beta)), G = (alpha A / (beta B))^(1/(alpha+beta)), D = C / (6 N).
 */
export function allocate({ E, A, B, alpha, beta }: ChinchillaConstants, flops: number): Allocation {
  const logG = log((alpha * A) / (beta * B)) / (alpha + beta);
  const params = exp(logG + (beta / (alpha + beta)) * log(flops / 6));
  const tokens = flops / (6 * params);
  return { flops, params, tokens, loss: E + A / pow(params, alpha) + B / pow(tokens, beta) };
}
