import { exp, log, pow } from '../../math/elementary.ts';
import { regress } from '../../math/regression.ts';
import type { Observations } from '../../terms/observation.ts';

/** Parameters of E + A / params^alpha + B / tokens^beta. */
export interface ChinchillaConstants {
  readonly E: number;
  readonly A: number;
  readonly B: number;
  readonly alpha: number;
  readonly beta: number;
}

/** What a run costs by its size and data: flops = factor params^paramsPower tokens^tokensPower. */
export interface CostLaw {
  readonly factor: number;
  readonly paramsPower: number;
  readonly tokensPower: number;
  /** Largest departure of a run's flops from it, as a share. */
  readonly departure: number;
}

/** flops = 6 params tokens. */
export const SIX_ND: CostLaw = { factor: 6, paramsPower: 1, tokensPower: 1, departure: 0 };
/** A table whose flops lie within this share of 6 params tokens is taken to count them so. */
const SIX_ND_WITHIN = 0.01;

/**
 * The cost law of a table. Where its flops are 6 params tokens (within 1 %, or where it has none) that; else the power law through
 * its rows: exact FLOPs, or parameters without embeddings, grow slower than 6 params tokens.
 */
export function costLawOf({ columns }: Observations): CostLaw {
  const { params, tokens, flops } = columns;
  if (!flops || flops.every((value, row) => Math.abs(value / (6 * params[row] * tokens[row]) - 1) < SIX_ND_WITHIN)) {
    return SIX_ND;
  }
  const line = regress(
    Array.from(params, (value, row) => [1, log(value), log(tokens[row])]),
    Array.from(flops, log),
  );
  if (!line) return SIX_ND;
  const [logFactor, paramsPower, tokensPower] = line.coefficients;
  const cost = { factor: exp(logFactor), paramsPower, tokensPower };
  const departures = flops.map((value, row) => Math.abs(value / flopsOf(cost, params[row], tokens[row]) - 1));
  return { ...cost, departure: departures.reduce((most, value) => Math.max(most, value), 0) };
}

export const flopsOf = (cost: Omit<CostLaw, 'departure'>, params: number, tokens: number): number =>
  cost.factor * pow(params, cost.paramsPower) * pow(tokens, cost.tokensPower);

/**
 * The compute-optimal split of a budget in closed form (Hoffmann et al. 2022, equation 4, for C = 6 N D). For a cost
 * C = k N^p D^q: N = ((alpha A q / (beta B p))^q (C/k)^beta)^(1 / (alpha q + beta p)), D from the cost.
 */
export function surfaceOptimum(
  { E, A, B, alpha, beta }: ChinchillaConstants,
  flops: number,
  { factor: k, paramsPower: p, tokensPower: q }: CostLaw = SIX_ND,
): { readonly params: number; readonly tokens: number; readonly loss: number } {
  const budget = log(flops / k);
  const logParams = (q * log((alpha * A * q) / (beta * B * p)) + beta * budget) / (alpha * q + beta * p);
  const logTokens = (budget - p * logParams) / q;
  return {
    params: exp(logParams),
    tokens: exp(logTokens),
    loss: E + A * exp(-alpha * logParams) + B * exp(-beta * logTokens),
  };
}

/** Exponents of the best split: params ~ flops^a, tokens ~ flops^b; a p + b q = 1. */
export function surfaceExponents(
  { alpha, beta }: Pick<ChinchillaConstants, 'alpha' | 'beta'>,
  { paramsPower: p, tokensPower: q }: CostLaw = SIX_ND,
): { readonly params: number; readonly tokens: number } {
  const sum = alpha * q + beta * p;
  return { params: beta / sum, tokens: alpha / sum };
}
