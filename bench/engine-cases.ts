import { availableParallelism } from 'node:os';
import { GraphBuilder } from '../src/core/graph/builder.ts';
import type { Graph, TensorId } from '../src/core/graph/types.ts';
import { objectiveForm } from '../src/core/autodiff/form/index.ts';
import { modelOfFamily, PRESETS } from '../src/core/model/families.ts';
import { buildForward } from '../src/core/model/index.ts';
import type { ModelSpec } from '../src/core/model/index.ts';
import { modelSchema } from '../src/core/schema/model.ts';

/** A training step that is compared with PyTorch's; tools/bench-peer.py has the same by name. */
export interface Case {
  readonly name: string;
  /** The forward graph with its loss, at a fixed batch. */
  readonly graph: () => Graph;
  /** Values of integer inputs lie below. */
  readonly classes: number;
  /** Threads of ours that suit the size; the peer always has all cores. */
  readonly threads: number;
  /** Steps a second, as a ratio to the peer's. */
  readonly wanted: number;
}

const cores = availableParallelism();
const IMAGE_CLASSES = 10;

const ofSpec = (spec: ModelSpec, batch: number) => (): Graph => buildForward(spec, batch);

/** A preset with some of its fields set anew, under cross-entropy. */
const ofPreset = (name: string, fields: Readonly<Record<string, number>>, batch: number) => (): Graph => {
  const { spec } = PRESETS.find((preset) => preset.name === name)!;
  const model = modelOfFamily({ ...spec, ...fields }, name);
  return objectiveForm(model.lower({ batch }), { loss: 'cross-entropy', training: true });
};

/** Convolutions 3x3 of 32, 64 (stride 2) and 128 (stride 2) channels with ReLU, global average and dense 10 on 28x28x1. */
function plainConvnet(batch: number): Graph {
  const builder = new GraphBuilder();
  const parameter = (name: string, shape: readonly number[], fanIn: number): TensorId =>
    builder.parameter({
      name,
      shape,
      role: shape.length > 1 ? 'matrix' : 'bias',
      fanIn,
      residual: false,
      layer: name,
    });
  let x = builder.input('image', [batch, 1, 28, 28], 'float32');
  let from = 1;
  for (const [index, width] of [32, 64, 128].entries()) {
    const layer = `convolution${index}`;
    builder.at(layer, 'convolution');
    const weight = parameter(`${layer}.weight`, [width, from, 3, 3], 9 * from);
    const stride = index === 0 ? 1 : 2;
    const padding = [
      [1, 1],
      [1, 1],
    ] as const;
    x = builder.add('convolution', [x, weight, parameter(`${layer}.bias`, [width], 9 * from)], {
      strides: [stride, stride],
      padding,
    });
    x = builder.add('activation', [x], { activation: 'relu' });
    from = width;
  }
  builder.at('head', 'dense');
  const features = builder.add('reduce', [x], { reduction: 'mean', axes: [2, 3] });
  const weight = parameter('head.weight', [from, IMAGE_CLASSES], from);
  const output = builder.add('linear', [features, weight, parameter('head.bias', [IMAGE_CLASSES], from)]);
  return objectiveForm(builder.finish({ output }), { loss: 'cross-entropy', training: true });
}

const mlp = (fields: Readonly<Record<string, unknown>>): ModelSpec => modelSchema.parse({ family: 'mlp', ...fields });

const GPT = modelSchema.parse({
  family: 'gpt',
  vocabulary: 256,
  context: 128,
  width: 128,
  depth: 4,
  heads: 4,
  bias: true,
});

export const CASES: readonly Case[] = [
  {
    name: 'W1',
    graph: ofSpec(mlp({ inputs: 20, hidden: [64, 128, 64], outputs: 1, loss: 'binary-cross-entropy' }), 32),
    classes: 2,
    threads: 1,
    wanted: 2.5,
  },
  {
    name: 'W2',
    graph: ofSpec(mlp({ inputs: 784, hidden: [1024, 1024], outputs: 10 }), 128),
    classes: 10,
    threads: cores,
    wanted: 1,
  },
  { name: 'W3', graph: () => plainConvnet(64), classes: IMAGE_CLASSES, threads: cores, wanted: 0.85 },
  { name: 'W4', graph: ofSpec(GPT, 16), classes: 256, threads: cores, wanted: 0.95 },
  {
    name: 'EfficientNet-B0',
    graph: ofPreset('efficientnet-b0', { resolution: 64, classes: IMAGE_CLASSES }, 32),
    classes: IMAGE_CLASSES,
    threads: cores,
    wanted: 0.8,
  },
  {
    name: 'ViT-Ti',
    graph: ofPreset('vit_tiny_patch16_224', { image: 32, patch: 4, classes: IMAGE_CLASSES }, 64),
    classes: IMAGE_CLASSES,
    threads: cores,
    wanted: 0.8,
  },
];
