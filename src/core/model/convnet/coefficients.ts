import { setParameters } from '../family.ts';
import { roundKnob } from '../rounding.ts';
import { convnetSchema } from './check.ts';
import { convnetKnobs } from './knobs.ts';
import type { ConvnetInput } from './schema.ts';

/** Multiples of a network's sizes; 1 where left out. */
export interface Coefficients {
  readonly depth?: number;
  readonly width?: number;
  /** In pixels. */
  readonly resolution?: number;
}

/** A network with its depth and width multiplied as its own family does: every knob turned and rounded by the family's rule. */
export function withCoefficients(base: ConvnetInput, { depth = 1, width = 1, resolution }: Coefficients): ConvnetInput {
  const spec = convnetSchema.parse(base);
  const factors: Readonly<Record<string, number>> = { depth, width };
  const edits = convnetKnobs(spec)
    .filter(({ axis }) => factors[axis] !== undefined && factors[axis] !== 1)
    .map((knob) => ({
      kind: 'parameter' as const,
      path: knob.path,
      value: roundKnob(knob, knob.value * factors[knob.axis]),
    }));
  const scaled = setParameters<ConvnetInput>(base, edits);
  return resolution === undefined ? scaled : { ...scaled, resolution };
}
