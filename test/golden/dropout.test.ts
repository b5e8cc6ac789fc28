import { describe, expect, it } from 'vitest';
import { objectiveForm } from '../../src/core/autodiff/form/index.ts';
import type { Objective } from '../../src/core/autodiff/form/index.ts';
import { compileTraining } from '../../src/engine/program/index.ts';
import type { TrainingProgram } from '../../src/engine/program/index.ts';
import { drawMask } from '../../src/engine/session/masks.ts';
import { TrainingSession } from '../../src/engine/session/training-session.ts';
import { GraphBuilder } from '../../src/core/graph/builder.ts';
import type { Graph } from '../../src/core/graph/types.ts';
import { residualNet } from '../support/nets.ts';

const mean = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0) / values.length;

describe('drawMask', () => {
  const drawn = (counts: readonly number[], rate = 0.3, size = 100_000): Float32Array => {
    const mask = new Float32Array(size);
    drawMask(mask, rate, counts);
    return mask;
  };

  it('keeps the mean, and drops the share that is asked within four standard errors', () => {
    for (const rate of [0.1, 0.5, 0.9]) {
      const mask = drawn([7, 3, 0], rate);
      const dropped = mask.filter((factor) => factor === 0).length / mask.length;
      expect(Math.abs(dropped - rate)).toBeLessThan(4 * Math.sqrt((rate * (1 - rate)) / mask.length));
      expect(new Set(mask)).toEqual(new Set([0, Math.fround(1 / (1 - rate))]));
    }
  });

  it('draws anew for another seed, step, part or mask, and the same again for the same', () => {
    const all = [[1, 0, 0, 0], [2, 0, 0, 0], [1, 1, 0, 0], [1, 0, 1, 0], [1, 0, 0, 1], [0, 1, 0, 0]]; // prettier-ignore
    const masks = all.map((counts) => drawn(counts, 0.5));
    expect(drawn(all[0], 0.5)).toEqual(masks[0]);
    for (const [i, a] of masks.entries()) {
      for (const b of masks.slice(i + 1)) {
        const agreement = mean(a.map((factor, place) => Number(factor === b[place])));
        expect(Math.abs(agreement - 0.5)).toBeLessThan(4 * Math.sqrt(0.25 / a.length));
      }
    }
  });

  it('draws neighbours and rows of an image apart', () => {
    const mask = drawn([5, 9, 0], 0.5);
    for (const lag of [1, 2, 32, 64, 1024]) {
      const agreement = mean(mask.slice(lag).map((factor, place) => Number(factor === mask[place])));
      expect(Math.abs(agreement - 0.5), `lag ${lag}`).toBeLessThan(4 * Math.sqrt(0.25 / mask.length));
    }
  });
});

/** w x behind a dropout layer: the gradient of w says which elements were kept. */
function droppingGraph(): Graph {
  const builder = new GraphBuilder().at('drop', 'Dropout');
  const w = builder.parameter({ name: 'w', shape: [4, 50], role: 'matrix', fanIn: 1, residual: false, layer: 'drop' });
  return builder.finish({ output: builder.add('unary', [w], { function: 'Dropout', dropout: 0.4 }) });
}

const sessionOf = (program: TrainingProgram): Promise<TrainingSession> =>
  TrainingSession.create(program, () => ({ learningRateFactor: 1, weightDecay: 0 }), 1);

describe('dropout in training', () => {
  it('scales what it keeps, and lets no gradient through where it drops', async () => {
    const program = compileTraining(objectiveForm(droppingGraph(), { loss: 'mse', training: true }));
    expect(program.masks).toMatchObject([{ shape: [4, 50], rate: 0.4, drops: 'elements' }]);
    const session = await sessionOf(program);
    try {
      session.parameters.get('w')!.fill(1);
      session.inputs.targets.fill(0);
      // Masks that were never drawn drop nothing: d (w^2) / n.
      await session.computeGradients();
      expect(session.gradients.get('w')![0]).toBeCloseTo(2 / 200, 7);
      session.drawMasks(1, 0);
      await session.computeGradients();
      const gradient = session.gradients.get('w')!.slice();
      const kept = gradient.filter((value) => value !== 0);
      expect(kept.length).toBeGreaterThan(80);
      expect(kept.length).toBeLessThan(160);
      for (const value of kept) expect(value).toBeCloseTo((2 / 200) * (1 / 0.6) ** 2, 7);
      session.drawMasks(1, 1);
      await session.computeGradients();
      expect(session.gradients.get('w')).not.toEqual(gradient);
      session.drawMasks(1, 0);
      await session.computeGradients();
      expect(session.gradients.get('w')).toEqual(gradient);
    } finally {
      session.release();
    }
  });

  it('does nothing outside of training', () => {
    const graph = objectiveForm(droppingGraph(), { loss: 'mse', training: false });
    expect(graph.masks).toBeUndefined();
    expect(graph.operators.map(({ kind }) => kind)).not.toContain('multiply');
  });
});

describe('stochastic depth', () => {
  const graphOf = (objective: Partial<Objective>): Graph =>
    objectiveForm(residualNet([8, 16], 2).lower({ batch: 3 }), { loss: 'cross-entropy', training: true, ...objective });

  it('finds the residual branches whose shortcut is the identity, with rates that rise to the last', () => {
    const masks = graphOf({ stochasticDepth: 0.3 }).masks!.map(({ mask }) => mask);
    expect(masks.map(({ shape }) => shape)).toEqual([1, 2, 3].map(() => [3, 1, 1, 1]));
    expect(masks.map(({ drops }) => drops)).toEqual(Array(3).fill('branches'));
    expect(masks.map(({ rate }) => Number(rate.toFixed(6)))).toEqual([0.1, 0.2, 0.3]);
    expect(graphOf({ stochasticDepth: 0.3, training: false }).masks).toBeUndefined();
    expect(graphOf({}).masks).toBeUndefined();
  });
});
