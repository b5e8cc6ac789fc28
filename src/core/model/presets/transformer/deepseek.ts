import type { Preset } from '../preset.ts';

const SIZES = { keyValueRank: 512, plainSize: 128, rotarySize: 64, valueSize: 128 };
const SOURCE =
  'DeepSeek-AI 2024 (V2, section 3.1.2 and appendix B; V3, section 4.2); deepseek-ai/DeepSeek-V3 inference/configs';

/** Latent attention, and experts in all but the first blocks. Shared experts stand as one wide one. */
export const DEEPSEEK_PRESETS: readonly Preset[] = [
  {
    name: 'deepseek-v2-lite',
    group: 'DeepSeek',
    spec: {
      family: 'transformer',
      ...{ vocabulary: 102_400, context: 32_768, width: 2048, depth: 27 },
      attention: { heads: 16, latent: SIZES },
      feedForward: { hidden: 10_944 },
      experts: { routed: 64, active: 6, hidden: 1408, shared: 2 * 1408, first: 1 },
      normEpsilon: 1e-6,
    },
    source: SOURCE,
  },
  {
    name: 'deepseek-v2',
    group: 'DeepSeek',
    spec: {
      family: 'transformer',
      ...{ vocabulary: 102_400, context: 131_072, width: 5120, depth: 60 },
      attention: { heads: 128, latent: { queryRank: 1536, ...SIZES } },
      feedForward: { hidden: 12_288 },
      experts: { routed: 160, active: 6, hidden: 1536, shared: 2 * 1536, first: 1 },
      normEpsilon: 1e-6,
    },
    source: SOURCE,
  },
  {
    name: 'deepseek-v3',
    group: 'DeepSeek',
    spec: {
      family: 'transformer',
      ...{ vocabulary: 129_280, context: 131_072, width: 7168, depth: 61 },
      attention: { heads: 128, latent: { queryRank: 1536, ...SIZES } },
      feedForward: { hidden: 18_432 },
      experts: { routed: 256, active: 8, hidden: 2048, shared: 2048, first: 3, routerBias: true },
      normEpsilon: 1e-6,
    },
    source: SOURCE,
    note: 'Without the module that predicts a second token (14 billion parameters more).',
  },
];
