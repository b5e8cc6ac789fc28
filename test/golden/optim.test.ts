import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Parameter } from '../../src/core/graph/parameter.ts';
import { NO_GROWTH } from '../../src/core/recipe/growth.ts';
import { groupAt } from '../../src/core/recipe/parametrization.ts';
import { scheduleAt } from '../../src/core/recipe/schedule.ts';
import { recipeSchema, scheduleSchema } from '../../src/core/schema/recipe.ts';
import { createOptimizerKernels } from '../../src/engine/kernels/optimizer.ts';
import { MOMENTS_OF, ParameterUpdates } from '../../src/engine/optim/parameter-updates.ts';
import { SessionMemory } from '../../src/engine/session/session-memory.ts';

interface Golden {
  readonly optimizers: Readonly<Record<string, readonly (readonly number[])[]>>;
  readonly schedules: Readonly<Record<string, readonly number[]>>;
}
const golden = JSON.parse(readFileSync(new URL('optim/optim.json', import.meta.url), 'utf8')) as Golden;
const [STEPS, RATE] = [20, 0.05];
const common = { residual: false, layer: 'layer' } as const;
const parameters: readonly Parameter[] = [
  { name: 'matrix', shape: [3, 4], role: 'matrix', fanIn: 4, ...common },
  { name: 'vector', shape: [6], role: 'bias', fanIn: 1, ...common },
];
/** Only the parameters matter: the gradients are given. */
const program = {
  parameters,
  bytes: new Uint8Array(),
  inputs: [],
  gradients: new Map(),
  statistics: [],
  masks: [],
  buffers: [],
  loss: 'loss',
};

async function run(options: Record<string, unknown>): Promise<number[][]> {
  const recipe = recipeSchema.parse({ parametrization: 'standard', optimizer: options });
  const moments = MOMENTS_OF[recipe.optimizer.kind];
  const memory = new SessionMemory(program, { moments, accumulates: false, averages: false });
  const groups = parameters.map((one) => groupAt(one, recipe, { growth: NO_GROWTH, isOuter: false }));
  const updates = await ParameterUpdates.create(memory, createOptimizerKernels(memory.memory), groups, 1);
  const weights = memory.weights.map((region) => memory.floats(region));
  weights[0].set(Float32Array.from(weights[0], (_, i) => Math.sin(1.3 * i + 0.2)));
  weights[1].set(Float32Array.from(weights[1], (_, i) => Math.cos(0.7 * i)));
  for (let step = 0; step < STEPS; step++) {
    for (const [index, region] of memory.gradients.entries()) {
      const gradients = memory.floats(region);
      for (let at = 0; at < gradients.length; at++)
        gradients[at] = Math.sin(0.37 * (step + 1) * (at + 1) + index) + 0.1 * Math.cos(step);
    }
    updates.apply(recipe.optimizer, RATE, step);
  }
  updates.release();
  return weights.map((values) => [...values]);
}

const OPTIMIZERS = {
  sgd: { kind: 'sgd', momentum: 0 },
  'sgd-momentum': { kind: 'sgd', weightDecay: 0.1 },
  'sgd-nesterov': { kind: 'sgd', weightDecay: 0.1, nesterov: true },
  'sgd-clipped': { kind: 'sgd', clip: 0.5 },
  'sgd-decoupled': { kind: 'sgd', weightDecay: 0.1, decay: 'decoupled' },
  adamw: { weightDecay: 0.1, clip: 0 },
  'muon-rms': { kind: 'muon', weightDecay: 0.1, adamFactor: 0.5 },
  'muon-spectral': { kind: 'muon', scale: 'spectral', nesterov: false, adamFactor: 0.5 },
};

describe('20 steps in double precision by PyTorch (tools/golden/optim/optim.py)', () => {
  it.each(Object.entries(OPTIMIZERS))('%s', async (name, options) => {
    const weights = await run(options);
    for (const [index, values] of golden.optimizers[name].entries())
      for (const [at, value] of values.entries()) expect(Math.abs(weights[index][at] - value)).toBeLessThan(2e-5);
  });
});

const curve = (options: Record<string, unknown>, steps: number): number[] =>
  Array.from({ length: steps }, (_, step) => scheduleAt(scheduleSchema.parse(options), step, steps));

describe("schedules against PyTorch's", () => {
  const agree = (ours: readonly number[], theirs: readonly number[]): void => {
    expect(ours).toHaveLength(theirs.length);
    for (const [step, value] of theirs.entries()) expect(ours[step]).toBeCloseTo(value, 12);
  };

  it('one-cycle is OneCycleLR', () => {
    agree(curve({ kind: 'one-cycle' }, 50), golden.schedules['one-cycle']);
    const linear = { kind: 'one-cycle', shape: 'linear', rise: 0.4, start: 0.1, floor: 0.001 };
    agree(curve(linear, 37), golden.schedules['one-cycle-linear']);
  });

  it('cosine and linear are CosineAnnealingLR and LinearLR one step on: the last step has the floor', () => {
    for (const kind of ['cosine', 'linear'])
      agree(curve({ kind, warmup: 0, floor: 0.05 }, 40), golden.schedules[kind].slice(1));
  });

  it('step is MultiStepLR', () => {
    agree(curve({ kind: 'step' }, 40), golden.schedules.step.slice(0, 40));
  });
});
