import type { Edit } from '../model/edit.ts';
import type { DeclaredKnob } from '../model/model.ts';
import type { IsoflopError } from '../terms/errors.ts';

/** One integer that may vary: a parameter of a family, or what was found on the graph of layers. */
export interface Knob {
  /** Unique: the path of a family's parameter, or `width of conv1`, `blocks of stage2`, `resolution of image[1]`. */
  readonly id: string;
  readonly axis: DeclaredKnob['axis'];
  readonly value: number;
  /** Values are multiples of it. */
  readonly step: number;
  readonly minimum: number;
  /** Why, where the step is more than 1. */
  readonly reason: string;
  /** The knob that this one moves with in proportion. */
  readonly follows?: string;
  /** How a scaled value is rounded. `proportion`: depths share out the rounded sum of their nominal values. */
  readonly rounding?: DeclaredKnob['rounding'] | 'proportion';
  /** Of a depth: weighted layers in one block. 1 where it is not known. */
  readonly layers?: number;
}

/** New values by the id of their knob; the others stay. */
export type KnobValues = ReadonlyMap<string, number>;

/** What may vary in a model, and the edits that vary it. */
export interface KnobSet {
  readonly knobs: readonly Knob[];
  /** Where an axis has no knob: why, with the layer that prevents it. */
  readonly refusals: Readonly<Partial<Record<Knob['axis'], IsoflopError>>>;
  /** The first thing that the values break, in words; undefined where the model fits together. */
  faultOf(values: KnobValues): string | undefined;
  edits(values: KnobValues): Edit[];
}
