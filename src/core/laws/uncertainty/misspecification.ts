import { incompleteBeta } from '../../math/distributions.ts';
import { log } from '../../math/elementary.ts';
import { dot } from '../../math/linear.ts';
import { regress } from '../../math/regression.ts';
import type { Fit } from '../../terms/fit.ts';
import type { Observations } from '../../terms/observation.ts';
import { likelihoodOf } from './likelihood.ts';
import type { Likelihood } from './likelihood.ts';

/** One way in which residuals may show that a law bends otherwise than the runs. */
export interface StructureTest {
  readonly name: 'drift' | 'structure' | 'lack-of-fit';
  /** What was added to the law or compared with it. */
  readonly sentence: string;
  readonly F: number;
  readonly degrees: readonly [number, number];
  readonly pValue: number;
}

export interface Misspecification {
  readonly tests: readonly StructureTest[];
  /** Probability of the strangest test under the law, for the number of tests made (Bonferroni). */
  readonly pValue: number;
  /** Whether the runs contradict the law, at a false-alarm rate of 2 % in all. */
  readonly isRefuted: boolean;
  readonly sentence: string;
}

/** False-alarm rate of the verdict. */
const LEVEL = 0.02;

/** Probability of an F statistic at least so large. */
export const fisherTail = (F: number, numerator: number, denominator: number): number =>
  F > 0 ? incompleteBeta(denominator / (denominator + numerator * F), denominator / 2, numerator / 2) : 1;

/**
 * Tests whether residuals follow the variables after all. `drift`: the square of the log cost (the sum of the logarithms of all
 * variables) is added to the law: a slope that changes along the runs. `structure`: squares and products of all log variables.
 * Both are score tests (Ramsey 1969 in the form of Davidson and MacKinnon 2004, section 15.2): whitened residuals are regressed on
 * the law's derivatives with and without the added terms, and runs, not rows, are the degrees of freedom. `lack-of-fit`: the scatter
 * of runs around their point's mean against that of the means around the law, where points have several runs.
 */
export function testMisspecification(fit: Fit, data: Observations): Misspecification {
  const around = likelihoodOf(fit, data);
  const logs = logVariables(fit, data);
  const drift = logs[0].map((_, row) => logs.reduce((sum, column) => sum + column[row], 0) ** 2);
  const products = logs.flatMap((one, i) => logs.slice(i).map((other) => one.map((value, row) => value * other[row])));
  const tests = [
    addedTerms(around, [drift], 'drift', 'a slope that changes with the cost'),
    ...(logs.length > 1 ? [addedTerms(around, products, 'structure', 'squares and products of the variables')] : []),
    lackOfFit(around, data),
  ].filter((test) => test !== undefined);
  const strangest = tests.toSorted((a, b) => a.pValue - b.pValue)[0];
  const pValue = strangest ? Math.min(1, tests.length * strangest.pValue) : 1;
  const isRefuted = pValue < LEVEL;
  const p = pValue < 1e-4 ? 'p < .0001' : `p = ${pValue.toFixed(pValue < 0.1 ? 4 : 2)}`;
  const sentence = !strangest
    ? 'Too few runs to test whether the law bends as they do.'
    : isRefuted
      ? `The runs contradict the law: ${strangest.sentence} (${p}).`
      : `No structure is seen in the residuals (${p}).`;
  return { tests, pValue, isRefuted, sentence };
}

/** Logarithms of the variables that are positive and vary, scaled to mean 0 and largest size 1. */
function logVariables({ law }: Fit, { columns }: Observations): number[][] {
  return law.variables.flatMap((name) => {
    const column = columns[name];
    const isPositive = column.every((value) => value > 0);
    const values = [...column].map((value) => (isPositive ? log(value) : value));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const reach = Math.max(...values.map((value) => Math.abs(value - mean)));
    return reach > 0 ? [values.map((value) => (value - mean) / reach)] : [];
  });
}

/** [row][residual, derivatives by the free coordinates scaled to unit length, added terms], whitened. */
function design(around: Likelihood, added: readonly (readonly number[])[]): { y: number[]; base: number[][]; extended: number[][] } {
  const { squares, theta, free } = around;
  const width = theta.length + 1;
  const rows = squares.response.length;
  const table = squares.rows(theta);
  const terms = added.map((column) => squares.whitened(Float64Array.from(column)));
  const kept = free.flatMap((isFree, i) => (isFree ? [i + 1] : []));
  const sizes = kept.map((k) => Math.sqrt(Array.from({ length: rows }, (_, row) => table[row * width + k] ** 2).reduce((a, b) => a + b, 0)) || 1);
  const base = Array.from({ length: rows }, (_, row) => kept.map((k, i) => table[row * width + k] / sizes[i]));
  return {
    y: Array.from({ length: rows }, (_, row) => table[row * width]),
    base,
    extended: base.map((line, row) => [...line, ...terms.map((term) => term[row])]),
  };
}

function addedTerms(
  around: Likelihood,
  added: readonly (readonly number[])[],
  name: StructureTest['name'],
  sentence: string,
): StructureTest | undefined {
  const degrees = around.degreesOfFreedom - added.length;
  if (degrees < 1) return undefined;
  const { y, base, extended } = design(around, added);
  const [without, withTerms] = [regress(base, y), regress(extended, y)];
  if (!without || !withTerms) return undefined;
  const gain = without.residualSum - withTerms.residualSum;
  // Rows of a run hold less than as many runs: the scatter a degree of freedom is that of the noise model.
  const scatter = withTerms.residualSum / (y.length - extended[0].length);
  const F = gain / added.length / scatter;
  return { name, sentence, F, degrees: [added.length, degrees], pValue: fisherTail(F, added.length, degrees) };
}

/** Runs at the same point against the law (Draper and Smith 1998, section 2.1); undefined where no point has two. */
function lackOfFit(around: Likelihood, { columns }: Observations): StructureTest | undefined {
  const { squares, theta, free, fit } = around;
  if (squares.blocks.some((rows) => rows.length > 1)) return undefined;
  const points = [...Map.groupBy(squares.response.keys(), (row) => fit.law.variables.map((name) => columns[name][row]).join(' ')).values()];
  const size = free.filter(Boolean).length;
  const degrees: [number, number] = [points.length - size, squares.response.length - points.length];
  if (degrees[0] < 1 || degrees[1] < 1) return undefined;
  const deviations = squares.response.map((_, row) => Math.sqrt(squares.noise.run + squares.noise.evaluation[row]));
  let pure = 0;
  for (const rows of points) {
    const weights = rows.map((row) => deviations[row] ** -2);
    const mean = dot(weights, rows.map((row) => squares.response[row])) / weights.reduce((sum, one) => sum + one, 0);
    pure += rows.reduce((sum, row, k) => sum + weights[k] * (squares.response[row] - mean) ** 2, 0);
  }
  const F = (squares.value(theta) - pure) / degrees[0] / (pure / degrees[1]);
  const sentence = 'runs at the same point differ less from each other than from the law';
  return { name: 'lack-of-fit', sentence, F, degrees, pValue: fisherTail(F, ...degrees) };
}
