import { IsoflopError } from '../terms/errors.ts';
import { openConvnet } from './convnet/convnet.ts';
import { openFamily } from './family.ts';
import type { OpenFamily } from './family.ts';
import type { Model } from './model.ts';
import { CONVNET_PRESETS } from './presets/convnets.ts';
import { MLP_PRESETS } from './presets/mlps.ts';
import type { Preset } from './presets/preset.ts';
import { TRANSFORMER_PRESETS } from './presets/transformer/index.ts';
import { openGpt, openMlp } from './study-families.ts';
import { encoder } from './transformer/encoder.ts';
import { transformer } from './transformer/family.ts';
import { vit } from './transformer/vit.ts';

const FAMILIES: readonly OpenFamily[] = [
  openConvnet,
  openFamily(transformer),
  openFamily(encoder),
  openFamily(vit),
  openGpt,
  openMlp,
];

export const FAMILY_NAMES: readonly string[] = FAMILIES.map(({ family }) => family);

/** Every published model that isoflop knows by name. */
export const PRESETS: readonly Preset[] = [...TRANSFORMER_PRESETS, ...CONVNET_PRESETS, ...MLP_PRESETS];

/** A model from a document of ours: `family` and its parameters. Throws `invalid-input` with the path of what does not fit. */
export function modelOfFamily(document: { readonly family: string }, name: string): Model {
  const family = FAMILIES.find((candidate) => candidate.family === document.family);
  if (!family) {
    throw new IsoflopError('invalid-input', `no family is called '${document.family}'`, {
      path: 'family',
      hint: `Take one of ${FAMILY_NAMES.join(', ')}.`,
    });
  }
  return family.open(document, name);
}

/**
 * What tells names apart: letters, digits, and that two numbers are two. Frameworks write `convnext_tiny`, `ResNet50`,
 * `mobilenetv2_100` and `regnet_y_1_6gf`, which is not `regnet_y_16gf`.
 */
export const spelling = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/(?<=\d)[^a-z0-9]+(?=\d)/g, '.')
    .replaceAll(/[^a-z0-9.]|(?<!\d)\.|\.(?!\d)/g, '');

/** The preset of a name, or undefined where none has it. */
export const presetOf = (name: string): Preset | undefined =>
  PRESETS.find((candidate) => candidate.name === name.toLowerCase()) ??
  PRESETS.find((candidate) => spelling(candidate.name) === spelling(name));

/** The model of a preset's name, or undefined where none has it. */
export function presetModel(name: string): Model | undefined {
  const preset = presetOf(name);
  return preset && modelOfFamily(preset.spec, preset.name);
}
