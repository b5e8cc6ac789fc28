import type { Preset } from '../preset.ts';

type Row = readonly [name: string, width: number, depth: number, heads: number];

/** GPT-2 and GPT-3: norms before each part, learned positions, biases everywhere, one table for both ends. */
const gpt = (width: number, depth: number, heads: number, context: number): Preset['spec'] => ({
  family: 'transformer',
  ...{ vocabulary: 50_257, context, width, depth },
  attention: { heads, bias: 'all' },
  feedForward: { hidden: 4 * width, activation: 'gelu-tanh', gated: false, bias: true },
  positions: 'learned',
  norm: 'layernorm',
  head: 'tied',
  names: 'gpt2',
});

const GPT2_ROWS: readonly Row[] = [
  ['gpt2', 768, 12, 12],
  ['gpt2-medium', 1024, 24, 16],
  ['gpt2-large', 1280, 36, 20],
  ['gpt2-xl', 1600, 48, 25],
];

const GPT2: readonly Preset[] = GPT2_ROWS.map(([name, width, depth, heads]) => ({
  name,
  group: 'GPT-2',
  spec: gpt(width, depth, heads, 1024),
  source: 'Radford et al. 2019, table 2; config.json of openai-community/gpt2 and its larger sisters',
}));

/** The table as metaseq repairs it: heads times their size are the width. */
const GPT3_ROWS: readonly (readonly [...Row, note?: string])[] = [
  ['gpt3-small', 768, 12, 12],
  ['gpt3-medium', 1024, 24, 16],
  ['gpt3-large', 1536, 24, 16],
  [
    ...(['gpt3-xl', 2048, 24, 32] as const),
    'The paper lists 24 heads of 128 channels, 3072 in all, for a width of 2048; 32 heads of 64 are taken, as in metaseq.',
  ],
  ['gpt3-2.7b', 2560, 32, 32],
  ['gpt3-6.7b', 4096, 32, 32],
  [
    ...(['gpt3-13b', 5120, 40, 40] as const),
    'The paper lists a width of 5140 for 40 heads of 128 channels, 5120 in all; a width of 5120 is taken, as in metaseq.',
  ],
  ['gpt3-175b', 12_288, 96, 96],
];

const GPT3: readonly Preset[] = GPT3_ROWS.map(([name, width, depth, heads, note]) => ({
  name,
  group: 'GPT-3',
  spec: gpt(width, depth, heads, 2048),
  source: 'Brown et al. 2020, table 2.1; metaseq/launcher/opt_job_constants.py',
  ...(note === undefined ? {} : { note }),
}));

const PYTHIA_ROWS: readonly (readonly [...Row, vocabulary?: number])[] = [
  ['pythia-14m', 128, 6, 4],
  ['pythia-31m', 256, 6, 8],
  ['pythia-70m', 512, 6, 8],
  ['pythia-160m', 768, 12, 12],
  ['pythia-410m', 1024, 24, 16],
  ['pythia-1b', 2048, 16, 8],
  ['pythia-1.4b', 2048, 24, 16],
  ['pythia-2.8b', 2560, 32, 32],
  ['pythia-6.9b', 4096, 32, 32, 50_432],
  ['pythia-12b', 5120, 36, 40, 50_688],
];

/** The vocabulary is padded, further for the two largest. */
const PYTHIA: readonly Preset[] = PYTHIA_ROWS.map(([name, width, depth, heads, vocabulary = 50_304]) => ({
  name,
  group: 'Pythia',
  spec: {
    family: 'transformer',
    ...{ vocabulary, context: 2048, width, depth },
    attention: { heads, bias: 'all' },
    feedForward: { hidden: 4 * width, activation: 'gelu', gated: false, bias: true },
    rotaryFraction: 0.25,
    norm: 'layernorm',
    residual: 'parallel',
    names: 'gpt-neox',
  },
  source: 'Biderman et al. 2023, table 1; EleutherAI/pythia models/*.yml',
}));

const OPT_ROWS: readonly (readonly [...Row, embeddingSize?: number])[] = [
  ['opt-125m', 768, 12, 12],
  ['opt-350m', 1024, 24, 16, 512],
  ['opt-1.3b', 2048, 24, 32],
  ['opt-2.7b', 2560, 32, 32],
  ['opt-6.7b', 4096, 32, 32],
  ['opt-13b', 5120, 40, 40],
  ['opt-30b', 7168, 48, 56],
  ['opt-66b', 9216, 64, 72],
  ['opt-175b', 12_288, 96, 96],
];

/** The model of 350M has norms after the sums, none at the end, and a narrower token table. */
const OPT: readonly Preset[] = OPT_ROWS.map(([name, width, depth, heads, embeddingSize]) => ({
  name,
  group: 'OPT',
  spec: {
    family: 'transformer',
    ...{ vocabulary: 50_272, context: 2048, width, depth },
    attention: { heads, bias: 'all' },
    feedForward: { hidden: 4 * width, activation: 'relu', gated: false, bias: true },
    positions: 'learned',
    positionOffset: 2,
    norm: 'layernorm',
    head: 'tied',
    names: 'opt',
    ...(embeddingSize === undefined ? {} : { embeddingSize, residual: 'post', finalNorm: false }),
  },
  source: 'Zhang et al. 2022, table 1; metaseq/launcher/opt_job_constants.py; position table as in transformers',
}));

export const GPT_PRESETS: readonly Preset[] = [...GPT2, ...GPT3, ...PYTHIA, ...OPT];
