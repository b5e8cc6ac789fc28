import { PRESETS, modelOfFamily } from '../../src/core/model/families.ts';
import type { Model } from '../../src/core/model/model.ts';

interface Spec {
  readonly family: string;
  readonly [setting: string]: unknown;
}

const TEXT = { family: 'encoder', vocabulary: 97, context: 16, width: 24, depth: 2, heads: 3, hidden: 40 };
const IMAGE = { family: 'vit', image: 32, patch: 8, width: 24, depth: 2, heads: 3, hidden: 40 };
const GPT = { family: 'gpt', vocabulary: 61, context: 12, width: 24, depth: 2, heads: 6 };
const MLP = { family: 'mlp', inputs: 7, hidden: [12, 5], outputs: 3 };

/** Every setting of a family that changes its PyTorch text, off its default. */
const SMALL: readonly Spec[] = [
  { ...TEXT, pooler: false },
  { ...TEXT, segments: 3, activation: 'relu2', causal: true },
  { ...TEXT, language: 'tied', pooler: false },
  { ...TEXT, language: 'untied', outputs: { size: 5, of: 'tokens' } },
  { ...TEXT, outputs: { size: 4 }, activation: 'gelu-tanh' },
  { ...IMAGE, classes: 10 },
  { ...IMAGE, pool: 'mean', qkvBias: false, activation: 'silu' },
  { ...IMAGE, pool: 'attention', classes: 10 },
  { ...IMAGE, image: [40, 30], patch: [8, 7], channels: 2, pooler: 9, normEpsilon: 1e-3 },
  { ...IMAGE, pooler: 9, classes: 4 },
  GPT,
  { ...GPT, bias: true, tiedHead: true, tokenShift: true, activation: 'relu2' },
  { ...GPT, kvHeads: 2, positions: 'rotary', norm: 'rmsnorm', activation: 'swiglu', feedForward: 2.7 },
  { ...GPT, normGain: false, activation: 'gelu-tanh', tokenShift: true, width: 30, heads: 1 },
  MLP,
  { ...MLP, hidden: [] },
  ...['gelu', 'gelu-tanh', 'relu2', 'tanh', 'sigmoid'].map((activation) => ({ ...MLP, activation })),
];

/** Families whose texts test/golden/family-pytorch.json records. */
const FAMILIES = new Set(['encoder', 'vit', 'gpt', 'mlp']);

/** Presets of these families, and small members that differ from one another in every setting. */
export const FAMILY_MODELS: readonly Model[] = [
  ...PRESETS.filter(({ spec }) => FAMILIES.has(spec.family)).map(({ name, spec }) => modelOfFamily(spec, name)),
  ...SMALL.map((spec, index) => modelOfFamily(spec, `${spec.family}-${index}`)),
];
