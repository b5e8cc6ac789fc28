import { describe, expect, it } from 'vitest';
import { sizeOf } from '../../src/core/graph/shapes.ts';
import { Random } from '../../src/core/math/random.ts';
import type { Model } from '../../src/core/model/index.ts';
import { initialDeviation, initialize } from '../../src/core/recipe/initialization.ts';
import { networkOf } from '../../src/engine/network.ts';
import { compileEvaluation } from '../../src/engine/program/index.ts';
import { RuntimeSession } from '../../src/engine/session/runtime-session.ts';
import { openModel } from '../../src/io/models/open.ts';

const SAMPLES = 4;

/** Standard deviation of the outputs for noise of unit variance, batch norms with the batch's own statistics. */
async function outputDeviation(model: Model): Promise<number> {
  const network = networkOf(model, { loss: 'cross-entropy' });
  const program = compileEvaluation(network.graph(SAMPLES, true));
  const random = new Random(1);
  const inputs = program.inputs.map((input) => {
    const size = sizeOf(input.shape);
    const isClass = input.dtype === 'int32';
    return {
      ...input,
      values: isClass ? new Int32Array(size) : new Float32Array(size).map(() => random.normal()),
    };
  });
  const weights = program.parameters.map((parameter, index) => {
    const values = new Float32Array(sizeOf(parameter.shape));
    initialize(values, parameter, network.initialization, 3, index);
    return { name: parameter.name, shape: parameter.shape, values };
  });
  const outputs = [program.losses, program.predictions].map((one) => ({
    ...one,
    values: new Float32Array(sizeOf(one.shape)),
  }));
  const session = await RuntimeSession.create(program.bytes, 1, [...inputs, ...weights], outputs);
  await session.run();
  session.release();
  const { values } = outputs[1];
  const mean = values.reduce((sum, one) => sum + one, 0) / values.length;
  return Math.sqrt(values.reduce((sum, one) => sum + (one - mean) ** 2, 0) / values.length);
}

async function preset(name: string, resolution: number): Promise<Model> {
  const model = await openModel(name);
  return model.apply([{ kind: 'parameter', path: 'resolution', value: resolution }]);
}

describe('a model at its start', () => {
  it.each([
    ['resnet18', 64],
    ['efficientnet-b0', 64],
    ['mobilenet-v3-small-100', 64],
    ['convnext-tiny', 64],
  ])('gives outputs that neither vanish nor explode: %s', async (name, resolution) => {
    const deviation = await outputDeviation(await preset(name, resolution));
    expect(deviation).toBeGreaterThan(0.01);
    expect(deviation).toBeLessThan(3);
  });
});

describe('initial values', () => {
  it('are He for filters before a rectifier, depthwise ones by their window, and plain for the head', async () => {
    const model = await preset('efficientnet-b0', 64);
    const { initialization } = networkOf(model, { loss: 'cross-entropy' });
    const { parameters } = model.lower({ batch: 1 });
    const depthwise = parameters.find(({ parameter: { shape } }) => shape.length === 4 && shape[1] === 1)!.parameter;
    expect(initialDeviation(depthwise, initialization)).toBeCloseTo(
      Math.sqrt(2 / sizeOf(depthwise.shape.slice(2))),
      12,
    );
    const head = parameters.find(({ parameter: { role } }) => role === 'head')!.parameter;
    expect(initialDeviation(head, initialization)).toBeCloseTo(1 / Math.sqrt(head.shape[1]), 12);
  });

  it('are 1e-6 for layer scales, and 0 for the batch norms that end branches where asked', async () => {
    const fill = (model: Model, zeroBranches: boolean): Map<string, number> => {
      const { initialization } = networkOf(model, { loss: 'cross-entropy' });
      const gains = model.lower({ batch: 1 }).parameters.filter(({ parameter }) => parameter.role === 'gain');
      return new Map(
        gains.map(({ parameter }) => {
          const values = new Float32Array(1);
          initialize(values, parameter, { ...initialization, zeroBranches }, 1, 0);
          return [parameter.name, values[0]];
        }),
      );
    };
    const scales = [...fill(await preset('convnext-tiny', 64), false)].filter(([, value]) => value !== 1);
    // One a block: 3 + 3 + 9 + 3.
    expect(scales).toHaveLength(18);
    for (const [, value] of scales) expect(value).toBeCloseTo(1e-6, 12);
    const resnet = await preset('resnet18', 64);
    expect(new Set(fill(resnet, false).values())).toEqual(new Set([1]));
    // 8 blocks, of which 3 have a projected shortcut.
    expect([...fill(resnet, true).values()].filter((value) => value === 0)).toHaveLength(5);
  });
});
