import { IsoflopError } from '../terms/errors.ts';

/** What each axis of a network is multiplied by. Nominal: rounding gives other factors, which are reported beside them. */
export interface AxisFactors {
  readonly depth: number;
  readonly width: number;
  /** Of height and width of the image. */
  readonly resolution: number;
}

/** alpha, beta and gamma of Tan and Le 2019 (equation 3), found by a grid search on EfficientNet-B0. */
export const EFFICIENTNET_COMPOUND: AxisFactors = { depth: 1.2, width: 1.1, resolution: 1.15 };

/** alpha^phi, beta^phi, gamma^phi. phi may be fractional, and negative for smaller networks. */
export function compoundFactors(phi: number, base: AxisFactors = EFFICIENTNET_COMPOUND): AxisFactors {
  requireAll('a factor of each axis above 0', Object.values(base), (value) => value > 0);
  requireAll('a finite phi', [phi], () => true);
  return { depth: base.depth ** phi, width: base.width ** phi, resolution: base.resolution ** phi };
}

/** How operations grow: in proportion to depth, and with the square of width and of resolution. */
export const nominalCost = ({ depth, width, resolution }: AxisFactors): number => depth * width ** 2 * resolution ** 2;

/** How activations grow: they decide the speed of networks that memory bounds (Dollar et al. 2021, section 3). */
export const nominalActivations = ({ depth, width, resolution }: AxisFactors): number =>
  depth * width * resolution ** 2;

/** How parameters grow. */
export const nominalParameters = ({ depth, width }: AxisFactors): number => depth * width ** 2;

/** Weights by which a factor of operations is shared out among the axes; an axis without weight stays. */
export interface AxisWeights {
  readonly depth: number;
  readonly width: number;
  readonly resolution: number;
}

/** Fast compound scaling, d1_w8_r1 (Dollar et al. 2021, section 5): mostly width, so that activations grow with the root of the operations. */
export const FAST_COMPOUND: AxisWeights = { depth: 1, width: 8, resolution: 1 };

/** Weights of one axis alone or of several in equal parts; letters of d, w and r as in the paper's figures. */
export function axisWeights(letters: string): AxisWeights {
  if (!/^[dwr]+$/.test(letters)) {
    throw new IsoflopError('invalid-input', `scaling weights are letters of d, w and r, got '${letters}'`, {
      hint: "Take 'd', 'w', 'r', 'dw', 'dr', 'wr' or 'dwr', or weights such as d1_w8_r1.",
    });
  }
  const weight = (letter: string): number => (letters.includes(letter) ? 1 : 0);
  return { depth: weight('d'), width: weight('w'), resolution: weight('r') };
}

/**
 * Factors that multiply the operations by `times`: depth takes times^e_d, width and resolution times^(e/2), since operations grow
 * with their squares; the exponents are the weights divided by their sum (Dollar et al. 2021, section 4; pycls scaler.py).
 */
export function factorsByWeights(times: number, weights: AxisWeights = FAST_COMPOUND): AxisFactors {
  const { depth, width, resolution } = weights;
  const sum = depth + width + resolution;
  requireAll('weights of 0 or more, not all 0', [depth, width, resolution], (weight) => weight >= 0 && sum > 0);
  requireAll('a factor of operations above 0', [times], (value) => value > 0);
  return {
    depth: times ** (depth / sum),
    width: times ** (width / sum / 2),
    resolution: times ** (resolution / sum / 2),
  };
}

/** Weights from their published form: `d1_w8_g8_r1`, `d1_w2`, `dwr`. Groups (g) go with the width. */
export function parseWeights(text: string): AxisWeights {
  if (/^[dwr]+$/.test(text)) return axisWeights(text);
  const parts = new Map<string, number>();
  for (const part of text.split('_')) {
    const match = /^([dwgr])(\d+(?:\.\d+)?)$/.exec(part);
    if (!match || parts.has(match[1])) {
      throw new IsoflopError('invalid-input', `'${part}' of '${text}' is no weight of an axis`, {
        hint: 'Write weights as d1_w8_r1: depth, width, resolution.',
      });
    }
    parts.set(match[1], Number(match[2]));
  }
  return { depth: parts.get('d') ?? 0, width: parts.get('w') ?? 0, resolution: parts.get('r') ?? 0 };
}

/** What phi would have to be for a factor of each axis to be a power of the base; 0 where the axis stays. */
export function impliedPhi(factors: AxisFactors, base: AxisFactors = EFFICIENTNET_COMPOUND): AxisFactors {
  const phi = (axis: keyof AxisFactors): number => Math.log(factors[axis]) / Math.log(base[axis]);
  return { depth: phi('depth'), width: phi('width'), resolution: phi('resolution') };
}

function requireAll(wanted: string, values: readonly number[], holds: (value: number) => boolean): void {
  const wrong = values.find((value) => !Number.isFinite(value) || !holds(value));
  if (wrong !== undefined) throw new IsoflopError('invalid-input', `compound scaling wants ${wanted}, got ${wrong}`);
}
