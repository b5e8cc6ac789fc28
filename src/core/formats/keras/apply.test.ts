import { describe, expect, it } from 'vitest';
import { sizeOf } from '../../graph/sizes.ts';
import type { Edit } from '../../model/edit.ts';
import type { Model } from '../../model/model.ts';
import { scaleModel } from '../../scaling/scale.ts';
import { readModel } from '../index.ts';

interface Layer {
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>>;
}

const input = (...shape: number[]): Layer => ({
  class_name: 'InputLayer',
  config: { name: 'x', batch_shape: [null, ...shape] },
});
const dense = (name: string, units: number): Layer => ({
  class_name: 'Dense',
  config: { name, units, activation: 'relu' },
});
const convolution = (name: string, filters: number, padding = 'same', strides = 1): Layer => ({
  class_name: 'Conv2D',
  config: { name, filters, kernel_size: [3, 3], padding, strides: [strides, strides] },
});

const sequential = (...layers: Layer[]): Model => {
  const text = JSON.stringify({ class_name: 'Sequential', config: { name: 'net', layers } });
  return readModel(new TextEncoder().encode(text), 'net');
};

const tensor = (layer: string): unknown => ({
  class_name: '__keras_tensor__',
  config: { keras_history: [layer, 0, 0] },
});

/** A chain of calls: each layer or function reads the one before, in the form in which Keras 3 writes them. */
const chain = (
  ...layers: readonly (Layer & { readonly args?: readonly unknown[]; readonly module?: string })[]
): Model => {
  const listed = layers.map(({ args, ...layer }, index) => ({
    ...layer,
    name: layer.config.name,
    inbound_nodes: index === 0 ? [] : [{ args: args ?? [tensor(String(layers[index - 1].config.name))], kwargs: {} }],
  }));
  const ends = (layer: Layer): unknown => [layer.config.name, 0, 0];
  const config = {
    name: 'net',
    layers: listed,
    input_layers: [ends(layers[0])],
    output_layers: [ends(layers.at(-1)!)],
  };
  return readModel(new TextEncoder().encode(JSON.stringify({ class_name: 'Functional', config })), 'net');
};

const func = (
  className: string,
  config: Layer['config'],
  ...args: unknown[]
): Layer & { args: unknown[]; module: string } => ({
  class_name: className,
  config,
  module: 'keras.src.ops.numpy',
  args,
});

const params = (model: Model): number =>
  model.lower().parameters.reduce((sum, { parameter }) => sum + sizeOf(parameter.shape), 0);

function written(model: Model): Layer[] {
  const text = new TextDecoder().decode(model.write().bytes);
  return (JSON.parse(text) as { config: { layers: Layer[] } }).config.layers;
}

describe('edits of a Keras document', () => {
  const mlp = sequential(input(20), dense('a', 8), dense('b', 8), dense('c', 3));

  it('a size is set where the configuration holds it; what follows from it is left to follow', () => {
    const edits: Edit[] = [
      { kind: 'axis', tensor: 'a/kernel', axis: 1, size: 12 },
      { kind: 'axis', tensor: 'b/kernel', axis: 0, size: 12 },
    ];
    const wide = mlp.apply(edits);
    expect(written(wide).map(({ config }) => config.units)).toEqual([undefined, 12, 8, 3]);
    expect(params(wide)).toBe(21 * 12 + 13 * 8 + 9 * 3);
    expect(params(mlp)).toBe(21 * 8 + 9 * 8 + 9 * 3);
  });

  it('a size that other layers decide cannot be asked for alone', () => {
    expect(() => mlp.apply([{ kind: 'axis', tensor: 'b/kernel', axis: 0, size: 12 }])).toThrow(
      "axis 0 of 'b/kernel' is 8, 12 was asked for",
    );
  });

  it('copies of a layer stand behind it under names of their own', () => {
    const deep = mlp.apply([{ kind: 'repeat', layers: ['b'], times: 3 }]);
    expect(written(deep).map(({ config }) => config.name)).toEqual(['x', 'a', 'b', 'b_rep1', 'b_rep2', 'c']);
    expect(params(deep)).toBe(params(mlp) + 2 * 72);
  });

  it('a chain that is taken out joins its ends', () => {
    const short = mlp.apply([{ kind: 'repeat', layers: ['b'], times: 0 }]);
    expect(written(short).map(({ config }) => config.name)).toEqual(['x', 'a', 'c']);
    expect(params(short)).toBe(params(mlp) - 72);
  });

  it('copies take the size that an edit beside them sets', () => {
    const edits: Edit[] = [
      { kind: 'repeat', layers: ['b'], times: 2 },
      { kind: 'axis', tensor: 'a/kernel', axis: 1, size: 12 },
      { kind: 'axis', tensor: 'b/kernel', axis: 1, size: 12 },
    ];
    expect(params(mlp.apply(edits))).toBe(21 * 12 + 2 * 13 * 12 + 13 * 3);
  });

  it('a new input reaches the layers that follow from it', () => {
    const flat: Layer = { class_name: 'Flatten', config: { name: 'flat' } };
    const net = sequential(input(8, 8, 3), convolution('conv', 4, 'same', 2), flat, dense('head', 2));
    const large = net.apply([{ kind: 'input', input: 'x', shape: [12, 12, 3] }]);
    expect(params(large) - params(net)).toBe((36 - 16) * 4 * 2);
  });

  it('layers of a graph that are repeated are called one after the other', () => {
    const net = chain(input(20), dense('a', 8), dense('b', 8), dense('c', 3));
    const deep = net.apply([{ kind: 'repeat', layers: ['b'], times: 3 }]);
    expect(params(deep)).toBe(params(net) + 2 * 72);
    const reads = written(deep).map((layer) => /"keras_history":\["(\w+)"/.exec(JSON.stringify(layer))?.[1]);
    expect(reads).toEqual([undefined, 'x', 'a', 'b', 'b_rep1', 'b_rep2']);
  });
});

describe('scaled Keras documents', () => {
  it('a copy that keeps the shape has it in the layer that a wrapper holds', () => {
    const each = {
      class_name: 'TimeDistributed',
      config: { name: 'each', layer: convolution('inner', 4, 'valid', 2) },
    };
    const flat = { class_name: 'Flatten', config: { name: 'flat' } };
    const net = sequential(input(5, 9, 9, 3), each, flat, dense('head', 2));
    const { after, before } = scaleModel(net, { rule: 'axes', depth: 2 });
    expect(after.params - before.params).toBe(3 * 3 * 4 * 4 + 4);
  });

  it('parts that a document tells by their number stay equal', () => {
    const split = func('Split', { name: 'split', indices_or_sections: 2, axis: -1 }, tensor('conv'));
    const joined = func('Concatenate', { name: 'joined', axis: -1 }, [
      { class_name: '__keras_tensor__', config: { keras_history: ['split', 0, 1] } },
      tensor('mixed'),
    ]);
    const mixed = { ...convolution('mixed', 8), args: [tensor('split')] };
    const net = chain(input(8, 8, 3), convolution('conv', 16), split, mixed, joined, {
      ...convolution('last', 2),
      args: [tensor('joined')],
    });
    const { variant } = scaleModel(net, { rule: 'axes', width: 2 });
    expect(written(variant.model).map(({ config }) => config.filters)).toEqual([
      undefined,
      32,
      undefined,
      16,
      undefined,
      2,
    ]);
    const [uneven] = [{ kind: 'axis', tensor: 'conv/kernel', axis: 3, size: 33 } as const];
    expect(() => net.apply([uneven])).toThrow();
  });

  it('where a single layer of many repeats, every layer grows', () => {
    const net = sequential(
      input(16, 16, 3),
      ...[6, 6, 8, 10, 12, 14, 16, 18].map((filters, index) => convolution(`conv${index}`, filters)),
      convolution('last', 2),
    );
    const { before, after } = scaleModel(net, { rule: 'axes', depth: 2 });
    const own = (filters: number): number => 9 * filters * filters + filters;
    expect(after.params - before.params).toBe([6, 6, 8, 10, 12, 14, 16, 18].reduce((sum, n) => sum + own(n), 0));
  });
});
