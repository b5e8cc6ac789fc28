import type { Preset } from '../preset.ts';

const BERT_ROWS = [
  ['bert-base', 768, 12, 12],
  ['bert-large', 1024, 24, 16],
] as const;

const BERT: readonly Preset[] = BERT_ROWS.map(([name, width, depth, heads]) => ({
  name,
  group: 'BERT',
  spec: {
    family: 'encoder',
    ...{ vocabulary: 30_522, context: 512, width, depth, heads },
    hidden: 4 * width,
  },
  source: 'Devlin et al. 2019, section 3; config.json of google-bert/bert-base-uncased and bert-large-uncased',
}));

type VitRow = readonly [
  name: string,
  width: number,
  depth: number,
  heads: number,
  hidden: number,
  patch: number,
  image?: number,
];

const VIT_ROWS: readonly VitRow[] = [
  ['vit_tiny_patch16_224', 192, 12, 3, 768, 16],
  ['vit_small_patch32_224', 384, 12, 6, 1536, 32],
  ['vit_small_patch16_224', 384, 12, 6, 1536, 16],
  ['vit_base_patch32_224', 768, 12, 12, 3072, 32],
  ['vit_base_patch16_224', 768, 12, 12, 3072, 16],
  ['vit_base_patch16_384', 768, 12, 12, 3072, 16, 384],
  ['vit_base_patch8_224', 768, 12, 12, 3072, 8],
  ['vit_large_patch32_224', 1024, 24, 16, 4096, 32],
  ['vit_large_patch16_224', 1024, 24, 16, 4096, 16],
  ['vit_large_patch16_384', 1024, 24, 16, 4096, 16, 384],
  ['vit_large_patch14_224', 1024, 24, 16, 4096, 14],
  ['vit_huge_patch14_224', 1280, 32, 16, 5120, 14],
  ['vit_giant_patch14_224', 1408, 40, 16, 6144, 14],
  ['vit_gigantic_patch14_224', 1664, 48, 16, 8192, 14],
];

const vit = ([, width, depth, heads, hidden, patch, image = 224]: VitRow): Preset['spec'] => ({
  family: 'vit',
  ...{ image, patch, width, depth, heads, hidden },
});

const VIT: readonly Preset[] = VIT_ROWS.map((row) => ({
  name: row[0],
  group: 'ViT',
  spec: { ...vit(row), classes: 1000 },
  source: 'Dosovitskiy et al. 2021, table 1; Zhai et al. 2022, table 2; google-research/big_vision models/vit.py',
}));

const SO400M: Preset = {
  name: 'vit_so400m_patch14_siglip_224',
  group: 'ViT',
  spec: { ...vit(['', 1152, 27, 16, 4304, 14]), activation: 'gelu-tanh', pool: 'attention' },
  source: 'Alabdulmohsin et al. 2023; google-research/big_vision models/vit.py',
  note: 'Features without a classifier; a trained query pools the patches.',
};

export const ENCODER_PRESETS: readonly Preset[] = [...BERT, ...VIT, SO400M];
