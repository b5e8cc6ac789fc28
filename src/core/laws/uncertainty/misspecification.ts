import { log, square } from '../../math/elementary.ts';
import { fTail } from '../../math/f-distribution.ts';
import { dot, multiply, pseudoInverse } from '../../math/linear.ts';
import type { Matrix } from '../../math/linear.ts';
import { mean } from '../../math/means.ts';
import { leverage, regress } from '../../math/regression.ts';
import type { Law } from '../../terms/law.ts';
import type { Observations } from '../../terms/observation.ts';
import { isMany } from './likelihood.ts';
import type { Likelihood } from './likelihood.ts';
import { jackknifeCovariance } from './sandwich.ts';
import type { Target } from './squares.ts';

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

/** F is 0 / 0 where a law leaves nothing over: no evidence against it. */
const tailOf = (F: number, degrees: readonly [number, number]): number => (F > 0 ? fTail(F, ...degrees) : 1);

/** Terms that a law may lack, as functions of its variables' scaled logarithms. */
interface Terms {
  readonly name: 'drift' | 'structure';
  readonly sentence: string;
  readonly of: (logs: readonly number[]) => readonly number[];
}

const DRIFT: Terms = {
  name: 'drift',
  sentence: 'a slope that changes with the cost',
  of: (logs) => [square(logs.reduce((sum, value) => sum + value, 0))],
};
const STRUCTURE: Terms = {
  name: 'structure',
  sentence: 'squares and products of the variables',
  of: (logs) => logs.flatMap((one, i) => logs.slice(i).map((other) => one * other)),
};

/**
 * Tests whether residuals follow the variables after all. `drift`: the square of the log cost (the sum of the logarithms of all
 * variables) is added to the law: a slope that changes along the runs. `structure`: squares and products of all log variables.
 * Both are score tests (Ramsey 1969 in the form of Davidson and MacKinnon 2004, section 15.2): whitened residuals are regressed on
 * the law's derivatives with and without the added terms, and runs, not rows, are the degrees of freedom. `lack-of-fit`: the scatter
 * of runs around their point's mean against that of the means around the law, where points have several runs.
 */
export function testMisspecification(around: Likelihood, data: Observations): Misspecification {
  const { law } = around.fit;
  const scaled = scaleOf(law, data);
  const tests = [
    addedTerms(around, data, DRIFT),
    ...(scaled.count > 1 ? [addedTerms(around, data, STRUCTURE)] : []),
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

/**
 * What the law with the terms that it lacks forecasts for a target: value, variance and degrees of freedom, by one linear step.
 * Undefined where too few runs remain.
 */
export function forecastWithTerms(
  around: Likelihood,
  data: Observations,
  { tests }: Misspecification,
  target: Target,
  at: Readonly<Record<string, number>>,
): { readonly value: number; readonly variance: number; readonly degrees: number } | undefined {
  const { law } = around.fit;
  const strangest = tests.toSorted((a, b) => a.pValue - b.pValue)[0];
  const isDrift = strangest?.name === 'drift' || scaleOf(law, data).count < 2;
  const terms = isDrift ? DRIFT : STRUCTURE;
  const extended = extend(around, data, terms);
  const { value, gradient } = target.at(around.theta);
  const added = terms.of(scaleOf(law, data).logs((name) => at[name]));
  const row = [...extended.kept.map((k, i) => gradient[k - 1] / extended.sizes[i]), ...added];
  const fitted = regress(extended.design, extended.y);
  const degrees = around.degreesOfFreedom - added.length;
  if (!fitted || degrees < 1) return undefined;
  const variance = isMany(around.squares.blocks, row.length)
    ? dot(row, multiply(robustCovariance(extended, fitted.coefficients, around), row))
    : (fitted.residualSum / fitted.degrees) * leverage(row, fitted.inverse);
  return { value: value + dot(row, fitted.coefficients), variance, degrees };
}

/** Logarithms of a law's variables that are positive, scaled to mean 0 and largest size 1 over the table. */
function scaleOf(
  law: Law,
  { columns }: Observations,
): { count: number; logs: (valueOf: (name: string) => number) => number[] } {
  const scales = law.variables.flatMap((name) => {
    const isPositive = columns[name].every((value) => value > 0);
    const transform = isPositive ? log : (value: number): number => value;
    const values = [...columns[name]].map(transform);
    const centre = mean(values);
    const reach = Math.max(...values.map((value) => Math.abs(value - centre)));
    return reach > 0 ? [{ name, transform, centre, reach }] : [];
  });
  return {
    count: scales.length,
    logs: (valueOf) => scales.map(({ name, transform, centre, reach }) => (transform(valueOf(name)) - centre) / reach),
  };
}

interface Extended {
  readonly y: number[];
  /** [row][derivatives by the free coordinates at unit length, added terms], whitened. */
  readonly design: number[][];
  /** Places of the derivatives in the table, and what they were divided by. */
  readonly kept: readonly number[];
  readonly sizes: readonly number[];
}

function extend({ squares, theta, free, fit }: Likelihood, data: Observations, terms: Terms): Extended {
  const width = theta.length + 1;
  const table = squares.rows(theta);
  const rows = Array.from(squares.response.keys());
  const { logs } = scaleOf(fit.law, data);
  const added = rows.map((row) => terms.of(logs((name) => data.columns[name][row])));
  const white = added[0].map((_, k) => squares.whitened(Float64Array.from(added, (line) => line[k])));
  const kept = free.flatMap((isFree, i) => (isFree ? [i + 1] : []));
  const sizes = kept.map(
    (k) => Math.sqrt(rows.reduce((sum, row) => sum + table[row * width + k] * table[row * width + k], 0)) || 1,
  );
  return {
    y: rows.map((row) => table[row * width]),
    design: rows.map((row) => [
      ...kept.map((k, i) => table[row * width + k] / sizes[i]),
      ...white.map((column) => column[row]),
    ]),
    kept,
    sizes,
  };
}

function addedTerms(around: Likelihood, data: Observations, terms: Terms): StructureTest | undefined {
  const extended = extend(around, data, terms);
  const { y, design, kept } = extended;
  const count = design[0].length - kept.length;
  const degrees = around.degreesOfFreedom - count;
  if (degrees < 1) return undefined;
  const without = regress(
    design.map((row) => row.slice(0, kept.length)),
    y,
  );
  const withTerms = regress(design, y);
  if (!without || !withTerms) return undefined;
  const F = isMany(around.squares.blocks, design[0].length)
    ? waldF(extended, withTerms.coefficients, count, around)
    : (without.residualSum - withTerms.residualSum) / count / (withTerms.residualSum / withTerms.degrees);
  const { name, sentence } = terms;
  return { name, sentence, F, degrees: [count, degrees], pValue: tailOf(F, [count, degrees]) };
}

/** F of the last `count` coefficients with the covariance of many runs. */
function waldF(extended: Extended, coefficients: readonly number[], count: number, around: Likelihood): number {
  const size = coefficients.length;
  const covariance = robustCovariance(extended, coefficients, around);
  const added = coefficients.slice(size - count);
  const own = covariance.slice(size - count).map((row) => row.slice(size - count));
  return dot(added, multiply(pseudoInverse(own).inverse, added)) / count;
}

/** Covariance of the extended law's coefficients where runs are many and may scatter unequally. */
function robustCovariance({ design, y }: Extended, coefficients: readonly number[], { squares }: Likelihood): Matrix {
  const table = Float64Array.from(design.flatMap((row, i) => [y[i] - dot(row, coefficients), ...row]));
  return jackknifeCovariance(
    table,
    coefficients.map(() => true),
    squares.blocks,
  );
}

/** Runs at the same point against the law (Draper and Smith 1998, section 2.1); undefined where no point has two. */
function lackOfFit(around: Likelihood, { columns }: Observations): StructureTest | undefined {
  const { squares, theta, free, fit } = around;
  if (squares.blocks.some((rows) => rows.length > 1)) return undefined;
  const points = [
    ...Map.groupBy(squares.response.keys(), (row) =>
      fit.law.variables.map((name) => columns[name][row]).join(' '),
    ).values(),
  ];
  const size = free.filter(Boolean).length;
  const degrees: [number, number] = [points.length - size, squares.response.length - points.length];
  if (degrees[0] < 1 || degrees[1] < 1) return undefined;
  const deviations = squares.response.map((_, row) => Math.sqrt(squares.noise.run + squares.noise.evaluation[row]));
  let pure = 0;
  for (const rows of points) {
    const weights = rows.map((row) => 1 / square(deviations[row]));
    const centre =
      dot(
        weights,
        rows.map((row) => squares.response[row]),
      ) / weights.reduce((sum, one) => sum + one, 0);
    pure += rows.reduce((sum, row, k) => sum + weights[k] * square(squares.response[row] - centre), 0);
  }
  const F = (squares.value(theta) - pure) / degrees[0] / (pure / degrees[1]);
  const sentence = 'runs at the same point differ less from each other than from the law';
  return { name: 'lack-of-fit', sentence, F, degrees, pValue: tailOf(F, degrees) };
}
