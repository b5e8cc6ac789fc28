import type { Model } from '../model/model.ts';
import { declaredKnobs } from './declared-knobs.ts';
import { foundKnobs } from './found-knobs.ts';
import type { KnobSet } from './knob.ts';

/** The knobs of a model: those its family declares, else those found on its graph. Never throws where there are none: see `refusals`. */
export const knobsOf = (model: Model, options: { readonly divisor?: number } = {}): KnobSet =>
  model.family ? declaredKnobs(model.family) : foundKnobs(model, options.divisor);
