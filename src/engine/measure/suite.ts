import { Random } from '../../core/math/random.ts';
import { modelOfFamily } from '../../core/model/index.ts';
import type { Graph } from '../../core/graph/types.ts';

/** A small model that calibration times, and how many samples at once. */
export interface SuiteProgram {
  readonly name: string;
  readonly batch: number;
  readonly document: { readonly family: string } & Readonly<Record<string, unknown>>;
}

/** Programs of each kind. More tell the speeds apart better and take longer: the whole suite runs a minute or two. */
const CONVNETS = 64;
const TRANSFORMERS = 26;
const MLPS = 28;
/** Of the random draws: the suite is the same everywhere. */
const SEED = 7;

export const lowered = ({ document, batch, name }: SuiteProgram): Graph =>
  modelOfFamily(document, name).lower({ batch });

/**
 * Programs whose sizes are drawn at random over the range of common models, so that what an operator costs can be told apart by regression.
 * None is a published model.
 */
export function suite(): SuiteProgram[] {
  const random = new Random(SEED);
  return [
    ...Array.from({ length: CONVNETS }, (_, index) => convnet(random, index)),
    ...Array.from({ length: TRANSFORMERS }, (_, index) => transformer(random, index)),
    ...Array.from({ length: MLPS }, (_, index) => mlp(random, index)),
  ];
}

const BLOCKS = [
  'convolution',
  'separable',
  'inverted',
  'fused',
  'basic',
  'bottleneck',
  'convnext',
  'inverted',
  'bottleneck',
] as const;
const ACTIVATIONS = ['relu', 'relu6', 'silu', 'hard-swish'] as const;

const choose = <T>(random: Random, values: readonly T[]): T => values[random.integer(values.length)];
/** About evenly over the logarithm, a multiple of `step`. */
const between = (random: Random, low: number, high: number, step = 1): number =>
  step * Math.max(1, Math.round((low * (high / low) ** random.next()) / step));

/** Stages of one kind of block at one size each: wide where the image is small, as convnets are. */
function convnet(random: Random, index: number): SuiteProgram {
  const block = BLOCKS[index % BLOCKS.length];
  const resolution = between(random, 6, 80);
  const width = between(random, Math.min(128, 400 / resolution + 8), Math.min(768, 5000 / resolution), 8);
  const stride = choose(random, [1, 1, 2]);
  const document = {
    ...{ family: 'convnet', resolution: resolution * stride, classes: choose(random, [10, 1000]) },
    ...{ activation: block === 'convnext' ? 'gelu' : choose(random, ACTIVATIONS), channels: choose(random, [3, 16]) },
    stem: { width, kernel: choose(random, [1, 3, 7]), stride, pool: 'none' },
    stages: [stage(random, block, width)],
  };
  return { name: `${block} ${index}`, batch: between(random, 1, resolution < 24 ? 8 : 2), document };
}

function stage(random: Random, block: (typeof BLOCKS)[number], width: number): object {
  const common = { block, depth: choose(random, [2, 3, 4]), width };
  const squeeze = {
    ratio: choose(random, [0.04, 0.25]),
    of: 'hidden',
    gate: choose(random, ['sigmoid', 'hard-sigmoid']),
  };
  switch (block) {
    case 'inverted':
      return {
        ...{ ...common, kernel: choose(random, [3, 3, 5]), expansion: choose(random, [3, 4, 6]) },
        ...(random.next() < 0.5 && { squeeze }),
      };
    case 'fused':
      return { ...common, expansion: choose(random, [1, 4]) };
    case 'bottleneck':
      return {
        ...{ ...common, width: 64 * Math.ceil(width / 64), ratio: choose(random, [0.5, 1]) },
        groupWidth: choose(random, [4, 8, 16, 16, 32]),
        ...(random.next() < 0.4 && { squeeze }),
      };
    default:
      return common;
  }
}

function transformer(random: Random, index: number): SuiteProgram {
  const heads = between(random, 2, 12);
  const width = heads * choose(random, [32, 64]);
  const depth = choose(random, [1, 2, 3]);
  const tokens = between(random, 16, Math.min(400, 120_000 / width));
  if (index % 2 === 0) {
    const side = Math.max(2, Math.round(Math.sqrt(tokens)));
    const document = { family: 'vit', image: 8 * side, patch: 8, width, depth, heads, hidden: 4 * width, classes: 100 };
    return { name: `vit ${index}`, batch: between(random, 1, 4), document };
  }
  const document = {
    ...{ family: 'gpt', vocabulary: between(random, 256, 16_000), context: tokens, width, depth, heads },
    ...{ positions: choose(random, ['learned', 'rotary']), norm: choose(random, ['layernorm', 'rmsnorm']) },
  };
  return { name: `gpt ${index}`, batch: between(random, 1, 4), document };
}

function mlp(random: Random, index: number): SuiteProgram {
  const width = between(random, 8, 4096);
  const hidden = Array.from({ length: choose(random, [1, 2, 3, 5]) }, () => width);
  const document = {
    ...{ family: 'mlp', inputs: between(random, 16, 2048), hidden, outputs: between(random, 1, 1000) },
    ...{ activation: choose(random, ['relu', 'gelu', 'tanh']), loss: 'mse' },
  };
  return { name: `mlp ${index}`, batch: between(random, 1, 256), document };
}
