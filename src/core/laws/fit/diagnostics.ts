import { log } from '../../math/elementary.ts';
import { dot, multiply, pseudoInverse, symmetricEigen } from '../../math/linear.ts';
import type { Matrix } from '../../math/linear.ts';
import type { FitDiagnostics, FitStatus } from '../../terms/fit.ts';
import type { Minimum } from './minimize.ts';
import type { Problem } from './problem.ts';

/** A parameter that may be 0 is at its bound within a thousandfold of the smallest value that is followed. */
const VANISHING_SLACK = log(1000);
/** A scale-free gradient above this is not a minimum. */
const LARGEST_GRADIENT = 1e-3;
/** Beyond this condition number double precision no longer tells the parameters apart. */
const WORST_CONDITION = 1e12;
/** A parameter takes part in a direction that the data do not see from this share of the direction's unit length. */
const TAKES_PART = 0.01;

/** A parameter is not seen at all below this share of the sensitivity (squared) to the one that is seen best. */
const INVISIBLE = 1e-20;

/** What the polished starts of a search found. */
export interface FoundStarts {
  readonly starts: number;
  readonly agreeing: number;
  readonly spread: number;
}

/** What the neighbourhood of an optimum tells about it. */
export function diagnose(problem: Problem, best: Minimum, found: FoundStarts): FitDiagnostics {
  const { parameters } = problem.law;
  const indices = parameters.map((_, i) => i);
  const free = indices.filter((i) => !isAtBound(problem, best.theta, i));
  const { gradient, normal } = problem.evaluate(best.theta);
  const sharpest = Math.max(...free.map((i) => normal[i][i]));
  const seen = free.filter((i) => normal[i][i] > INVISIBLE * sharpest);
  const scaled = seen.map((i) => seen.map((j) => normal[i][j] / Math.sqrt(normal[i][i] * normal[j][j])));
  const slopes = seen.map((i) => gradient[i] / Math.sqrt(normal[i][i]));
  const { inverse, condition } = pseudoInverse(scaled);
  const decrease = Math.max(0, dot(slopes, multiply(inverse, slopes)));
  const blind = new Set([...free.filter((i) => !seen.includes(i)), ...unseen(scaled).map((row) => seen[row])]);
  const names = (wanted: readonly number[]): string[] => wanted.map((i) => parameters[i].name);
  return {
    gradientNorm: best.value > problem.negligible ? Math.sqrt(decrease / best.value) : 0,
    starts: found.starts,
    startsAgreeing: found.agreeing,
    startSpread: found.spread,
    condition,
    correlations: correlationsOf(inverse, seen, parameters.length),
    boundsHit: names(indices.filter((i) => !free.includes(i))),
    undetermined: names(indices.filter((i) => blind.has(i))),
  };
}

function isAtBound(problem: Problem, theta: readonly number[], index: number): boolean {
  const { lower, upper } = problem.coordinates;
  const { lower: smallest, start } = problem.law.parameters[index];
  const slack = smallest === 0 && start !== 'above-response' ? VANISHING_SLACK : 1e-9;
  return theta[index] <= lower[index] + slack || theta[index] >= upper[index] - 1e-9;
}

/** Correlations of all parameters from the covariance of those that are seen; the others correlate with none. */
function correlationsOf(covariance: Matrix, seen: readonly number[], size: number): Matrix {
  const correlations: Matrix = Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (__, j) => (i === j ? 1 : 0)),
  );
  for (const [row, i] of seen.entries()) {
    for (const [column, j] of seen.entries()) {
      const scale = Math.sqrt(covariance[row][row] * covariance[column][column]);
      if (i !== j) correlations[i][j] = scale > 0 ? covariance[row][column] / scale : 0;
    }
  }
  return correlations;
}

/** The rows of a scaled normal matrix that take part in a direction that the data do not see. */
function unseen(scaled: Matrix): number[] {
  const { values, vectors } = symmetricEigen(scaled);
  const blind = values.flatMap((value, k) => (value * WORST_CONDITION <= values[0] ? [k] : []));
  return vectors.flatMap((row, i) => (blind.some((k) => Math.abs(row[k]) > TAKES_PART) ? [i] : []));
}

/** How a fit ended, in a sentence, with the remedy. */
export function statusOf(best: Minimum, diagnostics: FitDiagnostics): FitStatus {
  const { gradientNorm, boundsHit, undetermined, startsAgreeing, starts } = diagnostics;
  if (!Number.isFinite(best.value)) {
    return {
      end: 'not-finite',
      sentence: 'The law has no finite value on these data.',
      remedy: 'Check the columns for wrong units.',
    };
  }
  if (undetermined.length > 0) {
    return {
      end: 'undetermined',
      sentence: `The data do not determine ${undetermined.join(', ')}: other values fit as well.`,
      remedy:
        'Do not use them. Vary the variables further and apart from each other, or use a law with fewer parameters.',
    };
  }
  if (!best.converged || gradientNorm > LARGEST_GRADIENT) {
    return {
      end: 'out-of-steps',
      sentence: `The search stopped before its optimum (scale-free gradient ${gradientNorm.toExponential(1)}).`,
      remedy: 'Do not use the values; try another objective, or a law with fewer parameters.',
    };
  }
  if (boundsHit.length > 0) {
    return {
      end: 'at-bound',
      sentence: `Converged with ${boundsHit.join(', ')} at its bound: the data do not determine it.`,
      remedy: 'Use a law without it, or add runs over a wider range.',
    };
  }
  return { end: 'converged', sentence: `Converged; ${startsAgreeing} of ${starts} polished starts agree.` };
}
