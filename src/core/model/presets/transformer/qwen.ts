import type { Preset } from '../preset.ts';

type Row = readonly [
  name: string,
  width: number,
  depth: number,
  heads: number,
  kvHeads: number,
  hidden: number,
  tied: boolean,
];

interface Options {
  readonly vocabulary: number;
  readonly context: number;
  readonly attention: Readonly<Record<string, unknown>>;
  readonly experts?: Readonly<Record<string, unknown>>;
}

const qwen = ([, width, depth, heads, kvHeads, hidden, tied]: Row, options: Options): Preset['spec'] => ({
  family: 'transformer',
  ...{ vocabulary: options.vocabulary, context: options.context, width, depth },
  attention: { heads, kvHeads, ...options.attention },
  feedForward: { hidden },
  ...(options.experts ? { experts: options.experts } : {}),
  rotaryBase: 1_000_000,
  normEpsilon: 1e-6,
  head: tied ? 'tied' : 'untied',
});

const QWEN2_ROWS: readonly Row[] = [
  ['qwen2-0.5b', 896, 24, 14, 2, 4864, true],
  ['qwen2-1.5b', 1536, 28, 12, 2, 8960, true],
  ['qwen2-7b', 3584, 28, 28, 4, 18_944, false],
  ['qwen2-72b', 8192, 80, 64, 8, 29_568, false],
  ['qwen2.5-0.5b', 896, 24, 14, 2, 4864, true],
  ['qwen2.5-1.5b', 1536, 28, 12, 2, 8960, true],
  ['qwen2.5-3b', 2048, 36, 16, 2, 11_008, true],
  ['qwen2.5-7b', 3584, 28, 28, 4, 18_944, false],
  ['qwen2.5-14b', 5120, 48, 40, 8, 13_824, false],
  ['qwen2.5-32b', 5120, 64, 40, 8, 27_648, false],
  ['qwen2.5-72b', 8192, 80, 64, 8, 29_568, false],
];

/** The models from 7B on pad the vocabulary further. */
const QWEN2: readonly Preset[] = QWEN2_ROWS.map((row) => ({
  name: row[0],
  group: 'Qwen',
  spec: qwen(row, { vocabulary: row[6] ? 151_936 : 152_064, context: 32_768, attention: { bias: 'qkv' } }),
  source: 'Yang et al. 2024 (Qwen2, table 1; Qwen2.5, table 1); litgpt/config.py',
}));

const QWEN2_MOE_ROWS = [
  {
    row: ['qwen1.5-moe-a2.7b', 2048, 24, 16, 16, 5632, false] as Row,
    experts: { routed: 60, active: 4, hidden: 1408, shared: 5632, sharedGate: true },
  },
  {
    row: ['qwen2-57b-a14b', 3584, 28, 28, 4, 18_944, false] as Row,
    experts: { routed: 64, active: 8, hidden: 2560, shared: 20_480, sharedGate: true },
  },
];

const QWEN2_MOE: readonly Preset[] = QWEN2_MOE_ROWS.map(({ row, experts }) => ({
  name: row[0],
  group: 'Qwen',
  spec: qwen(row, { vocabulary: 151_936, context: 32_768, attention: { bias: 'qkv' }, experts }),
  source: 'config.json of Qwen/Qwen1.5-MoE-A2.7B; Yang et al. 2024 (Qwen2), table 1',
}));

const QWEN3_ROWS: readonly Row[] = [
  ['qwen3-0.6b', 1024, 28, 16, 8, 3072, true],
  ['qwen3-1.7b', 2048, 28, 16, 8, 6144, true],
  ['qwen3-4b', 2560, 36, 32, 8, 9728, true],
  ['qwen3-8b', 4096, 36, 32, 8, 12_288, false],
  ['qwen3-14b', 5120, 40, 40, 8, 17_408, false],
  ['qwen3-32b', 5120, 64, 64, 8, 25_600, false],
];

const QWEN3_ATTENTION = { headSize: 128, headNorm: true };

const QWEN3: readonly Preset[] = QWEN3_ROWS.map((row) => ({
  name: row[0],
  group: 'Qwen',
  spec: qwen(row, { vocabulary: 151_936, context: 40_960, attention: QWEN3_ATTENTION }),
  source: 'Yang et al. 2025 (Qwen3), table 1; litgpt/config.py',
}));

const QWEN3_MOE_ROWS = [
  {
    row: ['qwen3-30b-a3b', 2048, 48, 32, 4, 6144, false] as Row,
    experts: { routed: 128, active: 8, hidden: 768 },
  },
  {
    row: ['qwen3-235b-a22b', 4096, 94, 64, 4, 12_288, false] as Row,
    experts: { routed: 128, active: 8, hidden: 1536 },
  },
];

const QWEN3_MOE: readonly Preset[] = QWEN3_MOE_ROWS.map(({ row, experts }) => ({
  name: row[0],
  group: 'Qwen',
  spec: qwen(row, { vocabulary: 151_936, context: 40_960, attention: QWEN3_ATTENTION, experts }),
  source: 'Yang et al. 2025 (Qwen3), table 2; litgpt/config.py',
}));

export const QWEN_PRESETS: readonly Preset[] = [...QWEN2, ...QWEN2_MOE, ...QWEN3, ...QWEN3_MOE];
