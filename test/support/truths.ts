import { Random } from '../../src/core/math/random.ts';
import { modelOf } from '../../src/core/laws/fit/model.ts';
import type { Objective } from '../../src/core/terms/fit.ts';
import type { Law } from '../../src/core/terms/law.ts';
import type { Observations } from '../../src/core/terms/observation.ts';

/** Where a law's data lie and what its parameters may be, to draw truths from. */
export interface TruthBox {
  /** Range of each variable, and whether its levels lie evenly in the logarithm. */
  readonly variables: Readonly<Record<string, readonly [low: number, high: number, spacing?: 'even']>>;
  /** Range of each parameter that is not centred, drawn evenly; of the size at the data's centre for one that is. */
  readonly parameters?: Readonly<Record<string, readonly [number, number]>>;
  /** A point a decade outside; default: ten times the largest of every variable. */
  readonly beyond?: Readonly<Record<string, number>>;
  readonly levels?: number;
}

const FLOPS: TruthBox['variables'] = { flops: [1e17, 1e21] };
const BREAK = (k: string, low: number, high: number): Record<string, readonly [number, number]> => ({
  [`c${k}`]: [-0.15, 0.15],
  [`d${k}`]: [low, high],
  [`f${k}`]: [0.2, 0.6],
});

/** Defaults by name, for all laws. */
const COMMON: Readonly<Record<string, readonly [number, number]>> = { E: [0.5, 2] };

export const TRUTHS: Readonly<Record<string, TruthBox>> = {
  linear: { variables: { flops: [1, 100, 'even'] }, parameters: { a: [3, 5], b: [-0.01, 0.01] } },
  'log-linear': { variables: FLOPS, parameters: { a: [6, 8], b: [-0.1, 0.1] } },
  'power-law': { variables: FLOPS },
  'power-law-offset': { variables: FLOPS },
  m3: { variables: FLOPS, parameters: { K: [1e20, 1e22] } },
  m4: { variables: FLOPS, parameters: { E0: [8, 12], gamma: [0.3, 1.2] } },
  bnsl: { variables: FLOPS, parameters: BREAK('1', 5e18, 5e19), levels: 60 },
  'bnsl-2': {
    variables: FLOPS,
    parameters: { ...BREAK('1', 1e18, 3e18), ...BREAK('2', 3e19, 1e20) },
    levels: 120,
  },
  exponential: { variables: { flops: [1, 100, 'even'] }, parameters: { A: [0.5, 3], K: [10, 60] } },
  'kaplan-n': { variables: { params: [1e6, 1e9] }, parameters: { Nc: [1e12, 1e14], alphaN: [0.05, 0.15] } },
  'kaplan-d': { variables: { tokens: [1e8, 1e11] }, parameters: { Dc: [1e12, 1e14], alphaD: [0.05, 0.15] } },
  'kaplan-c': { variables: FLOPS, parameters: { Cc: [1e24, 1e28], alphaC: [0.03, 0.1] } },
  'kaplan-nd': {
    variables: { params: [1e6, 1e9], tokens: [1e8, 1e11] },
    parameters: { Nc: [1e13, 1e14], Dc: [1e13, 1e14], alphaN: [0.06, 0.12], alphaD: [0.06, 0.12] },
  },
  'kaplan-ns': {
    variables: { params: [1e6, 1e9], steps: [1e3, 1e6] },
    parameters: { Nc: [1e13, 1e14], Sc: [1e3, 3e3], alphaN: [0.06, 0.1], alphaS: [0.5, 0.9] },
  },
  chinchilla: { variables: { params: [1e7, 1e10], tokens: [1e9, 1e12] } },
  'chinchilla-tied': { variables: { params: [1e7, 1e10], tokens: [1e9, 1e12] } },
  'data-constrained': {
    variables: { params: [3e7, 3e10], tokens: [1e9, 1e12], uniqueTokens: [3e8, 3e10] },
    parameters: { RN: [3, 8], RD: [5, 20], alpha: [0.3, 0.4] },
    levels: 6,
  },
  'over-training': { variables: { params: [1e7, 1e10], tokens: [1e9, 1e12] }, parameters: { eta: [0.1, 0.25] } },
  'width-depth': { variables: { width: [128, 4096], depth: [2, 64], tokens: [1e9, 1e12] } },
  precision: {
    variables: { params: [1e7, 1e10], tokens: [1e9, 1e12], bits: [2, 16, 'even'] },
    parameters: { gamma: [1, 5] },
    beyond: { params: 1e11, tokens: 1e13, bits: 20 },
  },
  vocabulary: {
    variables: { params: [1e7, 1e10], tokens: [1e9, 1e12], vocabularyParams: [1e6, 1e9] },
    parameters: { E: [1, 6] },
  },
  routing: {
    variables: { params: [1e7, 1e9], experts: [2, 512] },
    parameters: {
      a: [-0.09, -0.07],
      b: [-0.14, -0.1],
      c: [0.003, 0.006],
      d: [2.4, 2.7],
      Estart: [1.5, 4],
      Emax: [250, 500],
    },
    levels: 10,
  },
  granularity: {
    variables: { params: [1e7, 1e10], tokens: [1e9, 1e12], granularity: [1, 32] },
    parameters: { gamma: [0.3, 0.9] },
  },
  sparsity: {
    variables: { sparsity: [0, 0.9, 'even'], params: [1e7, 1e10], tokens: [1e9, 1e12] },
    parameters: { b: [0.5, 1.1] },
    beyond: { sparsity: 0.95, params: 1e11, tokens: 1e13 },
  },
  'learning-rate': { variables: FLOPS },
  'batch-size': { variables: FLOPS },
  'optimal-params': { variables: FLOPS },
  'optimal-tokens': { variables: FLOPS },
  'step-law-rate': { variables: { params: [1e7, 1e10], tokens: [1e9, 1e12] } },
  'step-law-batch': { variables: { tokens: [1e9, 1e12] } },
  'critical-batch': {
    variables: { loss: [2, 6, 'even'] },
    parameters: { B: [1e7, 1e9], alphaB: [0.15, 0.4] },
    beyond: { loss: 1.5 },
  },
  'steps-by-batch': { variables: { batch: [1e3, 1e7] }, parameters: { Smin: [1e3, 1e5], Bcrit: [1e4, 1e6] } },
  'downstream-sigmoid': {
    variables: { loss: [1, 4, 'even'] },
    parameters: { chance: [0.1, 0.3], gain: [0.4, 0.65], k: [2, 6], L0: [2, 3] },
    beyond: { loss: 0.5 },
  },
  'downstream-exponential': {
    variables: { loss: [2, 6, 'even'] },
    parameters: { epsilon: [0.8, 1], k: [1, 3], gamma: [0.5, 1] },
    beyond: { loss: 1.8 },
  },
  transfer: { variables: { params: [1e7, 1e10], tokens: [1e5, 1e9] } },
  'fine-tuning': { variables: { params: [1e7, 1e10], tokens: [1e5, 1e9] } },
  'shift-line': {
    variables: { probit: [-1, 2, 'even'] },
    parameters: { a: [-1, 0.5], b: [0.5, 1.5] },
    beyond: { probit: 3 },
  },
  mixture: {
    variables: { share: [0, 1, 'even'] },
    parameters: { c: [1, 2], k: [0.3, 2], t: [-4, -0.5] },
    beyond: { share: 1 },
  },
};

const DEFAULT_SIZE = [0.1, 2] as const;
const DEFAULT_POWER = [0.1, 0.6] as const;

const between = (random: Random, [low, high]: readonly [number, number]): number => low + (high - low) * random.next();

function levelsOf([low, high, spacing]: readonly [number, number, 'even'?], count: number): number[] {
  return Array.from({ length: count }, (_, k) => {
    const share = k / (count - 1);
    return spacing === 'even' ? low + share * (high - low) : low * (high / low) ** share;
  });
}

/** The grid of a box. `over-training` has flops = 6 params tokens beside its own variables. */
export function designOf(law: Law, box: TruthBox): Record<string, Float64Array> {
  const names = Object.keys(box.variables);
  const count = box.levels ?? [24, 7, 5][names.length - 1];
  let points: Record<string, number>[] = [{}];
  for (const name of names) {
    const levels = levelsOf(box.variables[name], count);
    points = points.flatMap((point) => levels.map((value) => ({ ...point, [name]: value })));
  }
  const full = points.map(complete);
  return Object.fromEntries(law.variables.map((name) => [name, Float64Array.from(full, (point) => point[name])]));
}

const complete = (point: Record<string, number>): Record<string, number> =>
  'flops' in point || !('params' in point) || !('tokens' in point)
    ? point
    : { ...point, flops: 6 * point.params * point.tokens };

/** A truth from the box, in the law's order of parameters. */
export function drawTruth(law: Law, box: TruthBox, design: Record<string, Float64Array>, random: Random): number[] {
  const own = { ...COMMON, ...box.parameters };
  const plain = new Map(
    law.parameters
      .filter(({ centre }) => !centre)
      .map(({ name }) => [name, between(random, own[name] ?? DEFAULT_POWER)] as const),
  );
  const mean = (name: string): number =>
    Math.exp(design[name].reduce((sum, x) => sum + Math.log(x), 0) / design[name].length);
  return law.parameters.map(({ name, centre }) => {
    if (!centre) return plain.get(name)!;
    const size = between(random, own[name] ?? DEFAULT_SIZE);
    return Object.entries(centre).reduce((value, [variable, power]) => {
      const sign = power.startsWith('-') ? -1 : 1;
      return value * mean(variable) ** (sign * plain.get(power.replace('-', ''))!);
    }, size);
  });
}

/** A table that obeys a truth, with relative noise. */
export function tableOf(
  law: Law,
  design: Record<string, Float64Array>,
  truth: readonly number[],
  noise = 0,
  random = new Random(1),
): Observations {
  const columns = law.variables.map((name) => design[name]);
  const rows = columns[0].length;
  const exact = modelOf(law).values(truth, columns, rows);
  const response = exact.map((value) => value * Math.exp(noise * random.normal()));
  return {
    rows,
    columns: { ...design, [law.response]: response },
    runs: Array.from({ length: rows }, (_, row) => `run ${row + 1}`),
    conventions: {},
    exclusions: [],
  };
}

/** The law's value at the box's point outside the data. */
export function beyond(law: Law, box: TruthBox, raw: readonly number[]): number {
  const far = complete(
    box.beyond
      ? { ...box.beyond }
      : Object.fromEntries(Object.entries(box.variables).map(([name, [, high]]) => [name, 10 * high])),
  );
  const point = law.variables.map((name) => [far[name]]);
  return modelOf(law).values(raw, point, 1)[0];
}

/** Least squares of the logarithm where the response has one. */
export const objectiveFor = (law: Law, data: Observations): Objective => ({
  kind: 'least-squares',
  residual: data.columns[law.response].every((value) => value > 0) ? 'log' : 'linear',
});
