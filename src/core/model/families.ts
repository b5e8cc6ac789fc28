import { IsoflopError } from '../terms/errors.ts';
import { openFamily } from './family.ts';
import type { OpenFamily } from './family.ts';
import type { Model } from './model.ts';
import type { Preset } from './presets/preset.ts';
import { TRANSFORMER_PRESETS } from './presets/transformer/index.ts';
import { encoder } from './transformer/encoder.ts';
import { transformer } from './transformer/family.ts';
import { vit } from './transformer/vit.ts';

// Each family and table of presets adds one line here.
const FAMILIES: readonly OpenFamily[] = [openFamily(transformer), openFamily(encoder), openFamily(vit)];

/** Every published model that isoflop knows by name. */
export const PRESETS: readonly Preset[] = [...TRANSFORMER_PRESETS];

/** A model from a document of ours: `family` and its parameters. Throws `invalid-input` with the path of what does not fit. */
export function modelOfFamily(document: { readonly family: string }, name: string): Model {
  const family = FAMILIES.find((candidate) => candidate.family === document.family);
  if (!family) {
    throw new IsoflopError('invalid-input', `no family is called '${document.family}'`, {
      path: 'family',
      hint: `Take one of ${FAMILIES.map((candidate) => candidate.family).join(', ')}.`,
    });
  }
  return family.open(document, name);
}

/** The model of a preset's name, or undefined where none has it. */
export function presetModel(name: string): Model | undefined {
  const preset = PRESETS.find((candidate) => candidate.name === name.toLowerCase());
  return preset && modelOfFamily(preset.spec, preset.name);
}
