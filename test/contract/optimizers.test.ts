import { describe, expect, it } from 'vitest';
import { Random } from '../../src/core/math/random.ts';
import { modelOfFamily } from '../../src/core/model/families.ts';
import { recipeSchema } from '../../src/core/schema/recipe.ts';
import { decodeCheckpoint } from '../../src/engine/checkpoint.ts';
import type { BatchSource, EvaluationSource } from '../../src/engine/data/contract.ts';
import { networkOf, networkOfSpec } from '../../src/engine/network.ts';
import type { Network } from '../../src/engine/network.ts';
import { startSession, train } from '../../src/engine/train.ts';
import type { TrainOptions, TrainOutcome } from '../../src/engine/train.ts';

const [INPUTS, CLASSES, STEPS] = [8, 4, 12];
const mlp = networkOfSpec({
  family: 'mlp',
  inputs: INPUTS,
  hidden: [16, 16],
  outputs: CLASSES,
  activation: 'relu',
  loss: 'cross-entropy',
} as Parameters<typeof networkOfSpec>[0]);
const convnet = networkOf(
  modelOfFamily(
    {
      family: 'convnet',
      resolution: 8,
      channels: 3,
      classes: CLASSES,
      stem: { width: 8 },
      stages: [{ block: 'basic', width: 8, depth: 1 }],
    } as { family: string },
    'small',
  ),
  { loss: 'cross-entropy' },
);

/** Sample i is the same in every batch of whatever size. */
function fillSample(inputs: Parameters<BatchSource['fill']>[1], row: number, sample: number): void {
  const name = Object.keys(inputs).find((one) => one !== 'targets')!;
  const random = new Random(9, sample);
  const values = inputs[name];
  const size = sizeOfSample(values.length, inputs.targets.length);
  inputs.targets[row] = sample % CLASSES;
  for (let at = 0; at < size; at++)
    values[row * size + at] = random.normal() + (at % CLASSES === sample % CLASSES ? 1 : 0);
}

const sizeOfSample = (values: number, samples: number): number => values / samples;

const batches: BatchSource = {
  fill: (step, inputs) => {
    const { length } = inputs.targets;
    for (let row = 0; row < length; row++) fillSample(inputs, row, step * length + row);
  },
};
const heldOut: EvaluationSource = {
  count: 32,
  fill: (sample, row, inputs) => fillSample(inputs, row, 10_000 + sample),
};

function options(network: Network, recipe: Record<string, unknown>, changes: Partial<TrainOptions> = {}): TrainOptions {
  return {
    network,
    recipe: recipeSchema.parse({ parametrization: 'standard', learningRate: 0.02, ...recipe }),
    steps: STEPS,
    batch: 16,
    seed: 3,
    batches,
    heldOut,
    logEvery: 1,
    ...changes,
  };
}

async function curveOf(all: TrainOptions): Promise<{ losses: number[]; outcome: TrainOutcome }> {
  const losses: number[] = [];
  const outcome = await train({ ...all, onPoint: (_, loss) => losses.push(loss) });
  return { losses, outcome };
}

const RECIPES = {
  adamw: {},
  sgd: { optimizer: { kind: 'sgd', nesterov: true, weightDecay: 0.01 }, schedule: { kind: 'one-cycle' } },
  muon: { optimizer: { kind: 'muon', weightDecay: 0.01 }, schedule: { kind: 'linear' } },
  'averaged, in parts': { optimizer: { kind: 'sgd' }, ema: { decay: 0.9 }, accumulation: 2 },
};

describe('a run that is stopped and goes on', () => {
  for (const [title, network] of Object.entries({ mlp, 'convnet with batch norms': convnet })) {
    it.each(Object.entries(RECIPES))(`equals one that is not, bit for bit: ${title}, %s`, async (_, recipe) => {
      const whole = await curveOf(options(network, recipe));
      const stop = new AbortController();
      const onPoint = (step: number): void => {
        if (step === 5) stop.abort();
      };
      const stopped = await train(options(network, recipe, { signal: stop.signal, onPoint }));
      if (stopped.end !== 'interrupted') throw new Error(`ended as ${stopped.end}`);
      const rest = await curveOf(options(network, recipe, { resume: decodeCheckpoint(stopped.checkpoint) }));
      expect(rest.losses).toEqual(whole.losses.slice(5));
      expect(rest.outcome).toEqual(whole.outcome);
    });
  }

  it('refuses the checkpoint of another optimiser', async () => {
    const stop = new AbortController();
    stop.abort();
    const stopped = await train(options(mlp, RECIPES.sgd, { signal: stop.signal }));
    if (stopped.end !== 'interrupted') throw new Error(`ended as ${stopped.end}`);
    const resume = decodeCheckpoint(stopped.checkpoint);
    await expect(train(options(mlp, RECIPES.adamw, { resume }))).rejects.toThrow('lacks moments2');
  });
});

it.each(Object.entries(RECIPES))('learns: %s', async (_, recipe) => {
  const { losses } = await curveOf(options(mlp, recipe, { steps: 100 }));
  const mean = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0) / values.length;
  expect(mean(losses.slice(-20))).toBeLessThan(0.85 * mean(losses.slice(0, 20)));
});

describe('a step', () => {
  it('of 4 parts equals that of the whole batch', async () => {
    const whole = await curveOf(options(mlp, {}, { batch: 16 }));
    const parts = await curveOf(options(mlp, { accumulation: 4 }, { batch: 4 }));
    for (const [step, loss] of whole.losses.entries()) expect(parts.losses[step]).toBeCloseTo(loss, 5);
  });

  it('leaves averages by their definition: sum d^(t-s) w_s / sum d^(t-s)', async () => {
    const decay = 0.8;
    const all = options(convnet, { optimizer: { kind: 'sgd' }, ema: { decay } });
    const session = await startSession(all);
    const [sums, total] = [new Map<string, Float64Array>(), { weight: 0 }];
    for (let step = 0; step < 6; step++) {
      batches.fill(step, session.inputs);
      await session.computeGradients();
      session.applyGradients(all.recipe.optimizer, 0.05, step);
      total.weight = decay * total.weight + 1;
      for (const [name, values] of [...session.parameters, ...session.buffers]) {
        const sum = sums.get(name) ?? new Float64Array(values.length);
        sums.set(
          name,
          sum.map((one, at) => decay * one + values[at]),
        );
      }
    }
    const { parameters, buffers } = session.evaluated;
    for (const [name, values] of [...parameters, ...buffers])
      for (const [at, value] of values.entries()) expect(value).toBeCloseTo(sums.get(name)![at] / total.weight, 5);
    expect(buffers.size).toBeGreaterThan(0);
    session.release();
  });
});
