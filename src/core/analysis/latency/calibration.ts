import { nonNegativeLeastSquares } from '../../math/nnls.ts';
import { percentile } from '../../math/percentiles.ts';
import type { Graph, Operator } from '../../graph/types.ts';
import { factsOf } from '../facts.ts';
import type { GraphFacts } from '../facts.ts';
import { featuresOf } from './features.ts';
import type { Features } from './features.ts';

/** A program and the median of its undisturbed runs. */
export interface TimedProgram {
  readonly name: string;
  /** Of all its operators. */
  readonly features: Features;
  readonly seconds: number;
}

/** What this machine takes for a unit of each feature, and how far its estimates lie off. */
export interface LatencyModel {
  /** Seconds a unit. */
  readonly rates: Readonly<Record<string, number>>;
  /** Programs that it was fitted on. */
  readonly programs: number;
  /** Of programs left out of the fit: median of |estimate / measured - 1|, and the share that four of five stay below. */
  readonly error: { readonly median: number; readonly p80: number };
}

/** Every program is run once: what a run costs beside its operators. */
const RUN = 'run';
/** Draws rates that few programs tell towards 0, by this part of what the programs say of the largest. */
const DAMPING = 1e-4;
/** Parts that the programs are split in to tell the error of estimates of programs that were not seen. */
const FOLDS = 10;

/** The amounts of all operators of a prediction. */
export function programFeatures(facts: GraphFacts): Features {
  const total: Record<string, number> = { [RUN]: 1 };
  for (const operator of facts.operators)
    for (const [name, amount] of Object.entries(featuresOf(facts, operator))) total[name] = (total[name] ?? 0) + amount;
  return total;
}

export const graphFeatures = (graph: Graph): Features => programFeatures(factsOf(graph));

/** Least squares of relative errors, no rate below 0; the error is that of ten-fold cross-validation. */
export function fitLatency(programs: readonly TimedProgram[]): LatencyModel {
  const errors = programs.map(() => 0);
  for (let fold = 0; fold < FOLDS; fold++) {
    const rates = ratesOf(programs.filter((_, index) => index % FOLDS !== fold));
    for (const [index, { features, seconds }] of programs.entries())
      if (index % FOLDS === fold) errors[index] = Math.abs(secondsOf(features, rates) / seconds - 1);
  }
  return {
    rates: ratesOf(programs),
    programs: programs.length,
    error: { median: percentile(errors, 0.5), p80: percentile(errors, 0.8) },
  };
}

function ratesOf(programs: readonly TimedProgram[]): Record<string, number> {
  const names = [...new Set(programs.flatMap(({ features }) => Object.keys(features)))];
  const shares = programs.map(({ features, seconds }) => names.map((name) => (features[name] ?? 0) / seconds));
  // In units of the largest share, so that all columns count alike.
  const scales = names.map((_, column) => Math.max(...shares.map((row) => row[column])) || 1);
  const rows = shares.map((row) => row.map((share, column) => share / scales[column]));
  const x = nonNegativeLeastSquares(
    rows,
    programs.map(() => 1),
    names.map(() => DAMPING * programs.length),
  );
  return Object.fromEntries(names.map((name, column) => [name, x[column] / scales[column]]));
}

const secondsOf = (features: Features, rates: Readonly<Record<string, number>>): number =>
  Object.entries(features).reduce((sum, [name, amount]) => sum + amount * (rates[name] ?? 0), 0);

/** Seconds of one operator. */
export const operatorSeconds = (facts: GraphFacts, operator: Operator, { rates }: LatencyModel): number =>
  secondsOf(featuresOf(facts, operator), rates);

/** Seconds of a prediction. */
export const predictionSeconds = (facts: GraphFacts, { rates }: LatencyModel): number =>
  secondsOf(programFeatures(facts), rates);
