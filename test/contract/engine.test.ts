import { describe, expect, it } from 'vitest';
import { Random } from '../../src/core/math/random.ts';
import { gptSchema } from '../../src/core/schema/model.ts';
import { recipeSchema } from '../../src/core/schema/recipe.ts';
import { decodeCheckpoint } from '../../src/engine/checkpoint.ts';
import type { TokenReader } from '../../src/engine/data/contract.ts';
import { heldOutWindows, windowBatches } from '../../src/engine/data/windows.ts';
import { networkOfSpec } from '../../src/engine/network.ts';
import { train } from '../../src/engine/train.ts';
import type { TrainOptions, TrainOutcome } from '../../src/engine/train.ts';

const CONTEXT = 16;
const BATCH = 8;
const model = gptSchema.parse({
  family: 'gpt',
  vocabulary: 32,
  context: CONTEXT,
  width: 16,
  depth: 2,
  heads: 2,
  tokenShift: true,
});

/** Text with something to learn: each token is one of two that may follow the last. */
function tokens(count: number, seed: number): TokenReader {
  const random = new Random(seed);
  const values = new Uint16Array(count);
  for (let index = 1; index < count; index++) values[index] = (values[index - 1] * 5 + 1 + random.integer(2)) % 32;
  return { length: count, read: (start, into) => into.set(values.subarray(start, start + into.length)) };
}

function options(changes: Partial<TrainOptions> & { learningRate?: number } = {}): TrainOptions {
  const { learningRate = 0.01, ...rest } = changes;
  return {
    network: networkOfSpec(model),
    recipe: recipeSchema.parse({ learningRate, batchTokens: BATCH * CONTEXT }),
    steps: 100,
    batch: BATCH,
    seed: 3,
    batches: windowBatches(tokens(20_000, 1), CONTEXT, BATCH, 3),
    heldOut: heldOutWindows(tokens(4000, 2), CONTEXT, 100),
    logEvery: 1,
    ...rest,
  };
}

async function curveOf(
  changes: Parameters<typeof options>[0] = {},
): Promise<{ losses: number[]; outcome: TrainOutcome }> {
  const losses: number[] = [];
  const outcome = await train(options({ ...changes, onPoint: (_, loss) => losses.push(loss) }));
  return { losses, outcome };
}

describe('a training run', () => {
  it('learns, and repeats to the last digit with the same seed', async () => {
    const [first, second] = [await curveOf(), await curveOf()];
    expect(first).toEqual(second);
    expect(first.losses[0]).toBeCloseTo(Math.log(32), 5);
    expect(first.outcome).toMatchObject({ end: 'done' });
    expect((first.outcome as { loss: number }).loss).toBeLessThan(1.5);
  });

  it('agrees to 1e-6 over 100 steps with one thread and with two', async () => {
    const [one, two] = [await curveOf({ threads: 1 }), await curveOf({ threads: 2 })];
    for (const [step, loss] of one.losses.entries()) expect(Math.abs(loss - two.losses[step])).toBeLessThan(1e-6);
  });

  it('goes on from a checkpoint as if it had not stopped', async () => {
    const whole = await curveOf({ logEvery: 7 });
    const stop = new AbortController();
    const before: number[] = [];
    const interrupted = await train(
      options({
        logEvery: 7,
        signal: stop.signal,
        onPoint: (step, loss) => {
          before.push(loss);
          if (step >= 42) stop.abort();
        },
      }),
    );
    if (interrupted.end !== 'interrupted') throw new Error(`ended as ${interrupted.end}`);
    const rest = await curveOf({ logEvery: 7, resume: decodeCheckpoint(interrupted.checkpoint) });
    expect([...before, ...rest.losses]).toEqual(whole.losses);
    expect(rest.outcome).toEqual(whole.outcome);
  });

  it('is found out when it diverges or learns nothing', async () => {
    const { outcome } = await curveOf({ learningRate: 1000 });
    expect(['diverged', 'stuck']).toContain(outcome.end);
    const hopeless = await curveOf({ learningRate: 1e-7 });
    expect((await curveOf({ learningRate: 1e-7, hopelessLoss: 3 })).outcome.end).toBe('stuck');
    expect(hopeless.outcome.end).toBe('done');
  });

  it('refuses a checkpoint that is torn, damaged or of another model', async () => {
    const stop = new AbortController();
    stop.abort();
    const outcome = await train(options({ signal: stop.signal }));
    if (outcome.end !== 'interrupted') throw new Error('expected an interruption');
    const { checkpoint } = outcome;
    expect(() => decodeCheckpoint(checkpoint.subarray(0, 100))).toThrow('damaged');
    const flipped = Uint8Array.from(checkpoint);
    flipped[5000] ^= 1;
    expect(() => decodeCheckpoint(flipped)).toThrow('damaged');
    expect(() => decodeCheckpoint(Uint8Array.of(1, 2, 3))).toThrow('not of this format');
    const other = options({ network: networkOfSpec({ ...model, width: 8 }), resume: decodeCheckpoint(checkpoint) });
    await expect(train(other)).rejects.toThrow('another size');
  });
});

describe('windowBatches', () => {
  it('visits every window once an epoch, in an order that the seed decides', () => {
    const reader: TokenReader = {
      length: 1000,
      read: (start, into) => into.set(Uint16Array.from(into, (_, index) => start + index)),
    };
    const inputs = { tokens: new Int32Array(BATCH * CONTEXT), targets: new Int32Array(BATCH * CONTEXT) };
    const starts = (seed: number, epoch: number): number[] => {
      const source = windowBatches(reader, CONTEXT, 1, seed);
      const perEpoch = Math.floor(999 / CONTEXT) - 1;
      return Array.from({ length: perEpoch }, (_, index) => {
        source.fill(epoch * perEpoch + index, inputs);
        expect(inputs.targets[0]).toBe(inputs.tokens[1]);
        return inputs.tokens[0];
      });
    };
    const [first, second] = [starts(1, 0), starts(1, 1)];
    expect(new Set(first).size).toBe(first.length);
    expect(first).toEqual(starts(1, 0));
    expect(first).not.toEqual(second);
    expect(first).not.toEqual(starts(2, 0));
  });
});
