import { exp, log, square } from '../math/elementary.ts';

/** Compute that a law of the loss needs for a loss, spent as well as it can be. */
export interface Frontier {
  /** Logarithm of the FLOPs; infinite where the law tends to a higher loss. */
  logFlops(parameters: Readonly<Record<string, number>>, loss: number): number;
  /** Its derivatives by raw parameters. */
  slopes(parameters: Readonly<Record<string, number>>, loss: number): Readonly<Record<string, number>>;
}

const LOG_6 = log(6);

/** E + A / flops^alpha. */
const ALONG_FLOPS: Frontier = {
  logFlops: ({ E, A, alpha }, loss) => (loss > E ? (log(A) - log(loss - E)) / alpha : Infinity),
  slopes: ({ E, A, alpha }, loss) => ({
    E: 1 / ((loss - E) * alpha),
    A: 1 / (A * alpha),
    alpha: -(log(A) - log(loss - E)) / square(alpha),
  }),
};

/**
 * E + A / params^alpha + B / tokens^beta at the best split of flops = 6 params tokens: there A / params^alpha is beta / (alpha + beta)
 * of loss - E (Hoffmann et al. 2022, equation 4), and so log C = log 6 + u / alpha + v / beta with
 * u = log(A (alpha + beta) / (beta (L - E))), v = log(B (alpha + beta) / (alpha (L - E))).
 */
const ALONG_BEST_SPLIT: Frontier = {
  logFlops: (parameters, loss) => {
    if (!(loss > parameters.E)) return Infinity;
    const { u, v } = partsOf(parameters, loss);
    return LOG_6 + u / parameters.alpha + v / parameters.beta;
  },
  slopes: (parameters, loss) => {
    const { E, A, B, alpha, beta } = parameters;
    const { u, v } = partsOf(parameters, loss);
    const sum = 1 / (alpha + beta);
    return {
      E: (1 / alpha + 1 / beta) / (loss - E),
      A: 1 / (A * alpha),
      B: 1 / (B * beta),
      alpha: -u / square(alpha) + sum / alpha + (sum - 1 / alpha) / beta,
      beta: -v / square(beta) + (sum - 1 / beta) / alpha + sum / beta,
    };
  },
};

function partsOf(
  { E, A, B, alpha, beta }: Readonly<Record<string, number>>,
  loss: number,
): { readonly u: number; readonly v: number } {
  const gap = log(loss - E);
  return { u: log((A * (alpha + beta)) / beta) - gap, v: log((B * (alpha + beta)) / alpha) - gap };
}

/** Laws whose frontier is known, by id. */
export const FRONTIERS: Readonly<Record<string, Frontier>> = {
  'power-law-offset': ALONG_FLOPS,
  chinchilla: ALONG_BEST_SPLIT,
};

export const flopsTo = (frontier: Frontier, parameters: Readonly<Record<string, number>>, loss: number): number =>
  exp(frontier.logFlops(parameters, loss));
