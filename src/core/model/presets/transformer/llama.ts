import { llamaHidden } from '../../transformer/llama-hidden.ts';
import type { Preset } from '../preset.ts';

/** Sizes that LLaMA's descendants share; the rest are options of the family. */
interface Sizes {
  readonly width: number;
  readonly depth: number;
  readonly heads: number;
  readonly kvHeads?: number;
  readonly hidden: number;
  readonly vocabulary: number;
  readonly context: number;
}

const llama = (sizes: Sizes, more: Readonly<Record<string, unknown>> = {}, attention = {}): Preset['spec'] => {
  const { width, depth, heads, kvHeads, hidden, vocabulary, context } = sizes;
  return {
    family: 'transformer',
    ...{ vocabulary, context, width, depth },
    attention: { heads, ...(kvHeads === undefined ? {} : { kvHeads }), ...attention },
    feedForward: { hidden },
    ...more,
  };
};

const LLAMA1_ROWS = [
  ['llama-7b', 4096, 32, 32],
  ['llama-13b', 5120, 40, 40],
  ['llama-33b', 6656, 60, 52],
  ['llama-65b', 8192, 80, 64],
] as const;

const LLAMA1: readonly Preset[] = LLAMA1_ROWS.map(([name, width, depth, heads]) => ({
  name,
  group: 'LLaMA',
  spec: llama(
    { width, depth, heads, hidden: llamaHidden(width), vocabulary: 32_000, context: 2048 },
    { normEpsilon: 1e-6 },
  ),
  source: 'Touvron et al. 2023 (LLaMA), table 2',
}));

const LLAMA2_ROWS = [
  ['llama-2-7b', 4096, 32, 32, 32, llamaHidden(4096)],
  ['llama-2-13b', 5120, 40, 40, 40, llamaHidden(5120)],
  ['llama-2-70b', 8192, 80, 64, 8, llamaHidden(8192, 4096, 1.3)],
] as const;

const LLAMA2: readonly Preset[] = LLAMA2_ROWS.map(([name, width, depth, heads, kvHeads, hidden]) => ({
  name,
  group: 'LLaMA',
  spec: llama({ width, depth, heads, kvHeads, hidden, vocabulary: 32_000, context: 4096 }),
  source: 'Touvron et al. 2023 (Llama 2), table 1; params.json of the release',
}));

const LLAMA3_ROWS = [
  ['llama-3-8b', 4096, 32, 32, llamaHidden(4096, 1024, 1.3), 8192],
  ['llama-3-70b', 8192, 80, 64, llamaHidden(8192, 4096, 1.3), 8192],
  ['llama-3.1-8b', 4096, 32, 32, llamaHidden(4096, 1024, 1.3), 131_072],
  ['llama-3.1-70b', 8192, 80, 64, llamaHidden(8192, 4096, 1.3), 131_072],
  ['llama-3.1-405b', 16_384, 126, 128, llamaHidden(16_384, 4096, 1.2), 131_072],
  ['llama-3.2-1b', 2048, 16, 32, 8192, 131_072],
  ['llama-3.2-3b', 3072, 28, 24, 8192, 131_072],
] as const;

/** All have 8 key-value heads; the small ones use one table for both ends. */
const LLAMA3: readonly Preset[] = LLAMA3_ROWS.map(([name, width, depth, heads, hidden, context]) => ({
  name,
  group: 'LLaMA',
  spec: llama(
    { width, depth, heads, kvHeads: 8, hidden, vocabulary: 128_256, context },
    { rotaryBase: 500_000, ...(name.startsWith('llama-3.2') ? { head: 'tied' } : {}) },
  ),
  source: 'Grattafiori et al. 2024, table 3; litgpt/config.py',
}));

const MISTRAL: readonly Preset[] = [
  {
    name: 'mistral-7b',
    group: 'Mistral',
    spec: llama(
      { width: 4096, depth: 32, heads: 32, kvHeads: 8, hidden: 14_336, vocabulary: 32_000, context: 32_768 },
      {},
      { slidingWindow: 4096 },
    ),
    source: 'Jiang et al. 2023, table 1; config.json of mistralai/Mistral-7B-v0.1',
  },
  {
    name: 'mistral-7b-v0.3',
    group: 'Mistral',
    spec: llama(
      { width: 4096, depth: 32, heads: 32, kvHeads: 8, hidden: 14_336, vocabulary: 32_768, context: 32_768 },
      { rotaryBase: 1_000_000 },
    ),
    source: 'config.json of mistralai/Mistral-7B-v0.3',
  },
];

const MIXTRAL_ROWS = [
  ['mixtral-8x7b', 4096, 32, 32, 14_336, 32_000, 32_768],
  ['mixtral-8x22b', 6144, 56, 48, 16_384, 32_768, 65_536],
] as const;

const MIXTRAL: readonly Preset[] = MIXTRAL_ROWS.map(([name, width, depth, heads, hidden, vocabulary, context]) => ({
  name,
  group: 'Mistral',
  spec: llama(
    { width, depth, heads, kvHeads: 8, hidden, vocabulary, context },
    { experts: { routed: 8, active: 2, hidden }, rotaryBase: 1_000_000 },
  ),
  source: 'Jiang et al. 2024, table 1; litgpt/config.py',
}));

export const LLAMA_PRESETS: readonly Preset[] = [...LLAMA1, ...LLAMA2, ...LLAMA3, ...MISTRAL, ...MIXTRAL];
