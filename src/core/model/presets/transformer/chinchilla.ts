import type { Preset } from '../preset.ts';

/** Table A9 of Hoffmann et al. 2022: parameters in millions as published, width, depth, heads, size of a head. */
export const CHINCHILLA_ROWS: readonly (readonly [
  millions: number,
  width: number,
  depth: number,
  heads: number,
  headSize: number,
])[] = [
  [44, 512, 8, 8, 64],
  [57, 576, 9, 9, 64],
  [74, 640, 10, 10, 64],
  [90, 640, 13, 10, 64],
  [106, 640, 16, 10, 64],
  [117, 768, 12, 12, 64],
  [140, 768, 15, 12, 64],
  [163, 768, 18, 12, 64],
  [175, 896, 14, 14, 64],
  [196, 896, 16, 14, 64],
  [217, 896, 18, 14, 64],
  [251, 1024, 16, 16, 64],
  [278, 1024, 18, 16, 64],
  [306, 1024, 20, 16, 64],
  [425, 1280, 18, 10, 128],
  [489, 1280, 21, 10, 128],
  [509, 1408, 18, 11, 128],
  [552, 1280, 24, 10, 128],
  [587, 1408, 21, 11, 128],
  [632, 1536, 19, 12, 128],
  [664, 1408, 24, 11, 128],
  [724, 1536, 22, 12, 128],
  [816, 1536, 25, 12, 128],
  [893, 1792, 20, 14, 128],
  [1018, 1792, 23, 14, 128],
  [1143, 1792, 26, 14, 128],
  [1266, 2048, 22, 16, 128],
  [1424, 2176, 22, 17, 128],
  [1429, 2048, 25, 16, 128],
  [1593, 2048, 28, 16, 128],
  [1609, 2176, 25, 17, 128],
  [1731, 2304, 24, 18, 128],
  [1794, 2176, 28, 17, 128],
  [2007, 2304, 28, 18, 128],
  [2283, 2304, 32, 18, 128],
  [2298, 2560, 26, 20, 128],
  [2639, 2560, 30, 20, 128],
  [2980, 2560, 34, 20, 128],
  [3530, 2688, 36, 22, 128],
  [3802, 2816, 36, 22, 128],
  [4084, 2944, 36, 22, 128],
  [4516, 3072, 36, 24, 128],
  [6796, 3584, 40, 28, 128],
  [9293, 4096, 42, 32, 128],
  [11_452, 4352, 47, 32, 128],
  [12_295, 4608, 44, 36, 128],
  [12_569, 4608, 47, 32, 128],
  [13_735, 4864, 47, 32, 128],
  [14_940, 4992, 49, 32, 128],
  [16_183, 5120, 47, 40, 128],
];

/** Relative positions, hidden layers of four times the width, one table for both ends. */
const chinchilla = (width: number, depth: number, heads: number, headSize: number): Preset['spec'] => ({
  family: 'transformer',
  ...{ vocabulary: 32_000, context: 2048, width, depth },
  attention: { heads, headSize, bias: 'all' },
  feedForward: { hidden: 4 * width, activation: 'gelu', gated: false, bias: true },
  positions: 'relative',
  norm: 'layernorm',
  head: 'tied',
});

const SOURCE = 'Hoffmann et al. 2022, table A9, as transcribed in karpathy/nanoGPT scaling_laws.ipynb';

export const CHINCHILLA_PRESETS: readonly Preset[] = CHINCHILLA_ROWS.map(
  ([millions, width, depth, heads, headSize], index) => ({
    name: `chinchilla-${String(index + 1).padStart(2, '0')}-${millions}m`,
    group: 'Chinchilla',
    spec: chinchilla(width, depth, heads, headSize),
    source: SOURCE,
    ...(heads * headSize === width
      ? {}
      : {
          note: `The table lists ${heads} heads of ${headSize} channels, ${heads * headSize} in all, for a width of ${width}.`,
        }),
  }),
);
