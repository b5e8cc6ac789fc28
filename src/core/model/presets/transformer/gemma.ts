import type { Preset } from '../preset.ts';

const GEMMA1_ROWS = [
  ['gemma-2b', 2048, 18, 8, 1, 16_384],
  ['gemma-7b', 3072, 28, 16, 16, 24_576],
] as const;

const GEMMA1: readonly Preset[] = GEMMA1_ROWS.map(([name, width, depth, heads, kvHeads, hidden]) => ({
  name,
  group: 'Gemma',
  spec: {
    family: 'transformer',
    ...{ vocabulary: 256_000, context: 8192, width, depth },
    attention: { heads, kvHeads, headSize: 256 },
    feedForward: { hidden, activation: 'gelu-tanh' },
    embeddingScale: true,
    normEpsilon: 1e-6,
    head: 'tied',
  },
  source: 'Gemma Team 2024, table 1; litgpt/config.py',
}));

const GEMMA2_ROWS = [
  ['gemma-2-2b', 2304, 26, 8, 4, 9216, 256, 256],
  ['gemma-2-9b', 3584, 42, 16, 8, 14_336, 256, 256],
  ['gemma-2-27b', 4608, 46, 32, 16, 36_864, 128, 144],
] as const;

/** Every other block sees a window of 4096 tokens; scores are divided by the square root of a number of their own. */
const GEMMA2: readonly Preset[] = GEMMA2_ROWS.map(
  ([name, width, depth, heads, kvHeads, hidden, headSize, scoreScalar]) => ({
    name,
    group: 'Gemma',
    spec: {
      family: 'transformer',
      ...{ vocabulary: 256_000, context: 8192, width, depth },
      attention: {
        ...{ heads, kvHeads, headSize, softcap: 50, scale: scoreScalar ** -0.5 },
        slidingWindow: 4096,
        slidingLayers: [true, false],
      },
      feedForward: { hidden, activation: 'gelu-tanh' },
      embeddingScale: true,
      normEpsilon: 1e-6,
      residual: 'sandwich',
      head: 'tied',
      logitSoftcap: 30,
      names: 'gemma2',
    },
    source: 'Gemma Team 2024 (Gemma 2), table 1; litgpt/config.py',
  }),
);

export const GEMMA_PRESETS: readonly Preset[] = [...GEMMA1, ...GEMMA2];
