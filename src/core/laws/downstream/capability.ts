import { square } from '../../math/elementary.ts';
import { dot, multiply, pseudoInverse, symmetricEigen } from '../../math/linear.ts';
import type { Matrix } from '../../math/linear.ts';
import { mean } from '../../math/means.ts';
import { Random } from '../../math/random.ts';

/** Directions along which benchmark scores of models vary together. */
export interface Capabilities {
  /** Mean of each benchmark. */
  readonly means: readonly number[];
  /** [component][benchmark], of unit length; most of each counts upwards. */
  readonly loadings: Matrix;
  /** Standard deviation of the models along each. */
  readonly deviations: readonly number[];
  /** Share of the variance of the filled-in scores that each explains. */
  readonly explained: readonly number[];
  /** Cells that were not measured, and all. */
  readonly missing: readonly [number, number];
}

const MOST_STEPS = 2000;
const SETTLED = 1e-12;

/**
 * Principal components of scores [model][benchmark] of which some are NaN: regularised iterative PCA (Josse and Husson 2012): missing
 * cells take what the components say, shrunk by the noise that the other components show, until nothing moves.
 */
export function principalCapabilities(scores: readonly (readonly number[])[], components: number): Capabilities {
  const isMissing = scores.map((row) => row.map(Number.isNaN));
  const columnMeans = scores[0].map((_, column) =>
    mean(scores.map((row) => row[column]).filter((x) => !Number.isNaN(x))),
  );
  let filled = scores.map((row) => row.map((value, column) => (Number.isNaN(value) ? columnMeans[column] : value)));
  let found = componentsOf(filled, components);
  const missing = isMissing.flat().filter(Boolean).length;
  const steps = missing > 0 ? MOST_STEPS : 0;
  for (let step = 0; step < steps; step++) {
    let moved = 0;
    const { means, loadings, eigenvalues } = found;
    const rest = eigenvalues.slice(components);
    const noise = rest.length > 0 ? mean(rest) : 0;
    const shrink = eigenvalues.slice(0, components).map((value) => Math.max(0, (value - noise) / (value || 1)));
    filled = filled.map((row, model) => {
      if (!isMissing[model].includes(true)) return row;
      const centred = row.map((value, column) => value - means[column]);
      const along = loadings.map((loading, k) => shrink[k] * dot(loading, centred));
      return row.map((value, column) => {
        if (!isMissing[model][column]) return value;
        const next = means[column] + loadings.reduce((sum, loading, k) => sum + along[k] * loading[column], 0);
        moved = Math.max(moved, Math.abs(next - value));
        return next;
      });
    });
    found = componentsOf(filled, components);
    if (moved < SETTLED) break;
  }
  const total = found.eigenvalues.reduce((sum, value) => sum + value, 0);
  return {
    means: found.means,
    loadings: found.loadings,
    deviations: found.eigenvalues.slice(0, components).map((value) => Math.sqrt(Math.max(0, value))),
    explained: found.eigenvalues.slice(0, components).map((value) => value / total),
    missing: [missing, scores.length * scores[0].length],
  };
}

function componentsOf(
  filled: readonly (readonly number[])[],
  components: number,
): { means: number[]; loadings: Matrix; eigenvalues: number[] } {
  const size = filled[0].length;
  const means = Array.from({ length: size }, (_, column) => mean(filled.map((row) => row[column])));
  const centred = filled.map((row) => row.map((value, column) => value - means[column]));
  const covariance = means.map((_, i) =>
    means.map((__, j) => centred.reduce((sum, row) => sum + row[i] * row[j], 0) / (filled.length - 1)),
  );
  const { values, vectors } = symmetricEigen(covariance);
  const loadings = Array.from({ length: components }, (_, k) => {
    const loading = vectors.map((row) => row[k]);
    const sign = loading.reduce((sum, value) => sum + value, 0) < 0 ? -1 : 1;
    return loading.map((value) => sign * value);
  });
  return { means, loadings, eigenvalues: values };
}

/** A model's place along each component, in standard deviations, by least squares on the scores that it has. */
export function capabilitiesOf({ means, loadings, deviations }: Capabilities, scores: readonly number[]): number[] {
  const seen = scores.flatMap((value, column) => (Number.isNaN(value) ? [] : [column]));
  const gram = loadings.map((a) => loadings.map((b) => seen.reduce((sum, column) => sum + a[column] * b[column], 0)));
  const rhs = loadings.map((loading) =>
    seen.reduce((sum, column) => sum + loading[column] * (scores[column] - means[column]), 0),
  );
  return multiply(pseudoInverse(gram, 1e-9).inverse, rhs).map((value, k) => value / (deviations[k] || 1));
}

const FOLDS = 10;

/**
 * How well the components fill in what is missing: root mean square error over hidden cells, a tenth at a time, of the components
 * and of the benchmark's mean.
 */
export function imputationErrors(
  scores: readonly (readonly number[])[],
  components: number,
  seed = 1,
): { readonly components: number; readonly means: number } {
  const cells = scores.flatMap((row, model) =>
    row.flatMap((value, column) => (Number.isNaN(value) ? [] : [{ model, column, value }])),
  );
  const order = new Random(seed).permutation(cells.length);
  let [byComponents, byMeans] = [0, 0];
  for (let fold = 0; fold < FOLDS; fold++) {
    const hidden = [...order].filter((_, index) => index % FOLDS === fold).map((index) => cells[index]);
    const masked = scores.map((row) => [...row]);
    for (const { model, column } of hidden) masked[model][column] = NaN;
    const found = principalCapabilities(masked, components);
    for (const { model, column, value } of hidden) {
      const along = capabilitiesOf(found, masked[model]);
      const filled = found.loadings.reduce(
        (sum, loading, k) => sum + along[k] * found.deviations[k] * loading[column],
        found.means[column],
      );
      const columnMean = mean(masked.map((row) => row[column]).filter((x) => !Number.isNaN(x)));
      byComponents += square(filled - value);
      byMeans += square(columnMean - value);
    }
  }
  return { components: Math.sqrt(byComponents / cells.length), means: Math.sqrt(byMeans / cells.length) };
}
