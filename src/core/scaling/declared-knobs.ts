import type { DeclaredFamily, DeclaredKnob } from '../model/model.ts';
import { IsoflopError } from '../terms/errors.ts';
import type { Knob, KnobSet } from './knob.ts';

/** The knobs that a family declares. Its schema checks the values when they are applied. */
export function declaredKnobs({ family, knobs }: DeclaredFamily): KnobSet {
  const axes = new Set(knobs.map(({ axis }) => axis));
  const missing = (['depth', 'width', 'resolution'] as const).filter((axis) => !axes.has(axis));
  return {
    knobs: knobs.map(knobOf),
    refusals: Object.fromEntries(
      missing.map((axis) => [
        axis,
        new IsoflopError('not-identifiable', `the family '${family}' has no ${axis} to scale`, {
          hint: `It has ${[...axes].join(', ')}.`,
        }),
      ]),
    ),
    faultOf: () => undefined,
    edits: (values) => [...values].map(([path, value]) => ({ kind: 'parameter', path, value })),
  };
}

const knobOf = ({ path, ...knob }: DeclaredKnob): Knob => ({ id: path, ...knob, reason: reasonOf(knob) });

function reasonOf({ axis, step, rounding = 'nearest' }: Omit<DeclaredKnob, 'path'>): string {
  const multiple = step > 1 ? `a multiple of ${step}` : 'a whole number';
  if (rounding === 'ceil') return `${multiple}, rounded up as the family does`;
  if (rounding === 'floor') return `${multiple}, rounded down as the family does`;
  return axis === 'depth' ? 'whole blocks' : multiple;
}
