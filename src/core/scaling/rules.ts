import { IsoflopError } from '../terms/errors.ts';
import { compoundFactors, factorsByWeights, nominalCost, parseWeights } from './compound.ts';
import type { AxisFactors } from './compound.ts';
import type { Factors } from './turn.ts';

/** How a model is scaled, as plain data: what a variant remembers. */
export type ScalingRule =
  /** Factors of single axes. */
  | {
      readonly rule: 'axes';
      readonly depth?: number;
      readonly width?: number;
      readonly resolution?: number;
      readonly feedForward?: number;
      readonly kvHeads?: number;
    }
  /** alpha^phi, beta^phi, gamma^phi (Tan and Le 2019). */
  | {
      readonly rule: 'compound';
      readonly phi: number;
      readonly alpha?: number;
      readonly beta?: number;
      readonly gamma?: number;
    }
  /** A factor of operations shared out by weights such as `d1_w8_r1`, the default (Dollar et al. 2021). */
  | { readonly rule: 'dollar'; readonly times: number; readonly weights?: string }
  /** Depth and width by one factor, so that their ratio stays, for `times` the operations: times^(1/3) each. */
  | { readonly rule: 'balanced'; readonly times: number }
  /** Hidden units fastest, then depth, then width, for `times` the operations (Alabdulmohsin et al. 2023). */
  | { readonly rule: 'sovit'; readonly times: number }
  /** Each axis by `times` to a power of its own. */
  | {
      readonly rule: 'powers';
      readonly times: number;
      readonly exponents: Readonly<Partial<Record<keyof Factors, number>>>;
    };

/**
 * Exponents of SoViT (Alabdulmohsin et al. 2023, arXiv 2305.13035, section 3.4): how fast the shape's dimensions of the best model
 * grow with the operations of training.
 */
export const SOVIT_EXPONENTS = { feedForward: 0.6, depth: 0.45, width: 0.22 } as const;

/** The factor that a rule asks of every axis. Throws `invalid-input` where a number has no meaning. */
export function factorsOf(rule: ScalingRule, available: ReadonlySet<keyof AxisFactors>): Factors {
  switch (rule.rule) {
    case 'axes': {
      const { rule: _, ...factors } = rule;
      return checked(factors);
    }
    case 'compound': {
      const { phi, alpha = 1.2, beta = 1.1, gamma = 1.15 } = rule;
      return onAxes(compoundFactors(phi, { depth: alpha, width: beta, resolution: gamma }), available);
    }
    case 'dollar':
      return onAxes(
        factorsByWeights(rule.times, rule.weights === undefined ? undefined : parseWeights(rule.weights)),
        available,
      );
    case 'balanced':
      return checked({ depth: rule.times ** (1 / 3), width: rule.times ** (1 / 3) });
    case 'sovit':
      return powers(rule.times, SOVIT_EXPONENTS);
    case 'powers':
      return powers(rule.times, rule.exponents);
  }
}

const powers = (times: number, exponents: Readonly<Partial<Record<keyof Factors, number>>>): Factors =>
  checked(Object.fromEntries(Object.entries(exponents).map(([axis, exponent]) => [axis, times ** exponent])));

/** A rule for all axes leaves out those that the model has not, such as the resolution of a model of text. */
const onAxes = (factors: AxisFactors, available: ReadonlySet<keyof AxisFactors>): Factors =>
  checked(
    Object.fromEntries(
      Object.entries(factors).filter(([axis, factor]) => available.has(axis as keyof AxisFactors) && factor !== 1),
    ),
  );

function checked(factors: Factors): Factors {
  for (const [axis, factor] of Object.entries(factors)) {
    if (!(Number.isFinite(factor) && factor > 0))
      throw new IsoflopError('invalid-input', `a factor is a number above 0, got ${factor}`, { path: axis });
  }
  return factors;
}

/** The factor of operations that a rule asks for: depth x width^2 x resolution^2. */
export const nominalMacs = ({ depth = 1, width = 1, resolution = 1 }: Factors): number =>
  nominalCost({ depth, width, resolution });
