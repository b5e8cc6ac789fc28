import { describe, expect, it } from 'vitest';
import { objectiveForm } from '../../src/core/autodiff/form/index.ts';
import type { Objective } from '../../src/core/autodiff/form/index.ts';
import { GraphBuilder } from '../../src/core/graph/builder.ts';
import type { Graph } from '../../src/core/graph/types.ts';
import { compileTraining } from '../../src/engine/program/index.ts';
import { TrainingSession } from '../../src/engine/session/training-session.ts';
import { uniform } from '../support/hashed.ts';

const [ROWS, CLASSES] = [6, 5];

/** Logits that are weights: their gradient is that of the loss. */
function logitsGraph(): Graph {
  const builder = new GraphBuilder().at('head', 'linear');
  const shape = [ROWS, CLASSES];
  const logits = builder.parameter({ name: 'logits', shape, role: 'matrix', fanIn: 1, residual: false, layer: 'head' });
  return builder.finish({ output: builder.add('scale', [logits], { alpha: 1 }) });
}

const classes = [0, 4, 2, 2, 1, 3];
const someClasses = [0, -1, 2, -1, 1, 3];
const shares = Array.from(uniform(5, ROWS * CLASSES));
const numbers = Array.from(uniform(6, ROWS * CLASSES), (value) => 4 * value - 2);

const rowOf = (values: ArrayLike<number>, row: number): number[] =>
  Array.from({ length: CLASSES }, (_, k) => values[row * CLASSES + k]);
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const logSoftmax = (row: readonly number[]): number[] => {
  const total = Math.log(row.reduce((sum, z) => sum + Math.exp(z), 0));
  return row.map((z) => z - total);
};

/** As PyTorch 2.13 documents CrossEntropyLoss: weights of one, mean. */
function crossEntropy(logits: ArrayLike<number>, targets: readonly number[], smoothing: number): number {
  const counted = targets.flatMap((target, row) => (target < 0 ? [] : [{ target, row }]));
  return mean(
    counted.map(({ target, row }) => {
      const logs = logSoftmax(rowOf(logits, row));
      return -(1 - smoothing) * logs[target] - (smoothing / CLASSES) * logs.reduce((a, b) => a + b, 0);
    }),
  );
}

function crossEntropyOfShares(logits: ArrayLike<number>, smoothing: number): number {
  const rows = Array.from({ length: ROWS }, (_, row) => {
    const logs = logSoftmax(rowOf(logits, row));
    return -rowOf(shares, row).reduce((sum, t, k) => sum + ((1 - smoothing) * t + smoothing / CLASSES) * logs[k], 0);
  });
  return mean(rows);
}

const eachOf = (logits: ArrayLike<number>, targets: readonly number[], loss: (z: number, t: number) => number): number =>
  mean(targets.map((target, index) => loss(logits[index], target)));

const huber =
  (delta: number) =>
  (z: number, t: number): number =>
    Math.abs(z - t) <= delta ? 0.5 * (z - t) ** 2 : delta * (Math.abs(z - t) - 0.5 * delta);

type Case = [string, Omit<Objective, 'training'>, readonly number[], (logits: ArrayLike<number>) => number];

const CASES: readonly Case[] = [
  ['cross-entropy', { loss: 'cross-entropy' }, classes, (z) => crossEntropy(z, classes, 0)],
  ['smoothed', { loss: 'cross-entropy', labelSmoothing: 0.1 }, classes, (z) => crossEntropy(z, classes, 0.1)],
  ['places that do not count', { loss: 'cross-entropy', skipsNegative: true }, someClasses, (z) => crossEntropy(z, someClasses, 0)],
  ['both', { loss: 'cross-entropy', skipsNegative: true, labelSmoothing: 0.2 }, someClasses, (z) => crossEntropy(z, someClasses, 0.2)],
  ['shares', { loss: 'cross-entropy', softTargets: true }, shares, (z) => crossEntropyOfShares(z, 0)],
  ['shares, smoothed', { loss: 'cross-entropy', softTargets: true, labelSmoothing: 0.1 }, shares, (z) => crossEntropyOfShares(z, 0.1)],
  ['binary cross-entropy', { loss: 'binary-cross-entropy' }, shares, (z) => eachOf(z, shares, (x, t) => Math.log1p(Math.exp(x)) - x * t)],
  ['squared', { loss: 'mse' }, numbers, (z) => eachOf(z, numbers, (x, t) => (x - t) ** 2)],
  ['absolute', { loss: 'mae' }, numbers, (z) => eachOf(z, numbers, (x, t) => Math.abs(x - t))],
  ['Huber', { loss: 'huber' }, numbers, (z) => eachOf(z, numbers, huber(1))],
  ['Huber, a delta', { loss: 'huber', delta: 0.4 }, numbers, (z) => eachOf(z, numbers, huber(0.4))],
]; // prettier-ignore

const STEP = 1e-5;

describe('losses and their gradients against differences in double precision', () => {
  it.each(CASES)('%s', async (_, objective, targets, lossOf) => {
    const program = compileTraining(objectiveForm(logitsGraph(), { ...objective, training: true }));
    const session = await TrainingSession.create(program, () => ({ learningRateFactor: 1, weightDecay: 0 }), 1);
    try {
      const logits = Float64Array.from(uniform(1, ROWS * CLASSES), (value) => Math.fround(4 * value - 2));
      session.parameters.get('logits')!.set(logits);
      session.inputs.targets.set(targets);
      expect(await session.computeGradients()).toBeCloseTo(lossOf(logits), 5);
      const gradient = session.gradients.get('logits')!;
      for (const [index, at] of logits.entries()) {
        const moved = (value: number): number => lossOf(logits.with(index, value));
        expect(gradient[index]).toBeCloseTo((moved(at + STEP) - moved(at - STEP)) / (2 * STEP), 5);
      }
    } finally {
      session.release();
    }
  });

  it('measures held-out samples against their classes, unsmoothed', () => {
    const objective = { loss: 'cross-entropy', labelSmoothing: 0.1, softTargets: true, training: false } as const;
    const graph = objectiveForm(logitsGraph(), objective);
    expect(graph.operators.find(({ kind }) => kind === 'loss')!.attributes).toEqual({ loss: 'cross-entropy' });
    expect(graph.tensors.find(({ name }) => name === 'targets')).toMatchObject({ dtype: 'int32', shape: [ROWS] });
  });
});
