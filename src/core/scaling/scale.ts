import { totalMacs } from '../graph/cost.ts';
import { sizeOf } from '../graph/sizes.ts';
import type { Graph } from '../graph/types.ts';
import type { Edit } from '../model/edit.ts';
import type { Model } from '../model/model.ts';
import { IsoflopError } from '../terms/errors.ts';
import { checkScaled } from './check-scaled.ts';
import { knobsOf } from './knobs-of.ts';
import type { KnobSet } from './knob.ts';
import type { Repair } from './repair.ts';
import { factorsOf } from './rules.ts';
import type { ScalingRule } from './rules.ts';
import { suggestionsFor } from './suggestions.ts';
import type { Suggestion } from './suggestions.ts';
import { turnKnobs } from './turn.ts';
import type { Factors } from './turn.ts';

/** A model made from another by a rule, which it remembers. */
export interface Variant {
  readonly name: string;
  /** Name of the model that it was made from. */
  readonly parent: string;
  readonly rule: ScalingRule;
  readonly edits: readonly Edit[];
  readonly model: Model;
}

/** Raw counts of one forward pass at the model's own input, batch 1. */
export interface ModelSize {
  /** Trained and frozen, without running statistics. */
  readonly params: number;
  /** Multiply-accumulates of convolutions and matrix products; scores of attention in full. */
  readonly macs: number;
}

export interface ScalingResult {
  readonly variant: Variant;
  /** What the rule asked for, by axis. */
  readonly nominal: Factors;
  /** What the sizes make of it: a ratio of layers in blocks for depth, geometric means of the scaled widths and extents for the others. */
  readonly achieved: Factors;
  readonly before: ModelSize;
  readonly after: ModelSize;
  /** Every size that could not take its nominal value. */
  readonly repairs: readonly Repair[];
  /** What the user must know: axes that a rule left out, sizes that waste pixels. */
  readonly warnings: readonly string[];
  readonly suggestions: readonly Suggestion[];
}

export interface ScalingOptions {
  /** Widths that are multiples of it stay so; divides down where a width is a multiple of less. Defaults to 8. */
  readonly divisor?: number;
}

/**
 * Scales a model by a rule to a valid model in its own format, and says what was asked for and what came. Throws
 * `not-identifiable` with the layer that prevents it where an axis has nothing to scale.
 */
export function scaleModel(model: Model, rule: ScalingRule, options: ScalingOptions = {}): ScalingResult {
  const set = knobsOf(model, options);
  const available = availableAxes(set);
  const nominal = factorsOf(rule, available);
  const { values, repairs, achieved } = turnKnobs(set, nominal);
  const changed = new Map(
    [...values].filter(([id, value]) => value !== set.knobs.find((knob) => knob.id === id)!.value),
  );
  const edits = set.edits(changed);
  const graph = model.lower({ batch: 1 });
  const { scaled, after } = edited(model, edits);
  checkScaled(graph, after, edits);
  const [sizeBefore, sizeAfter] = [modelSize(graph), modelSize(after)];
  return {
    variant: { name: `${model.name}-${ruleName(rule)}`, parent: model.name, rule, edits, model: scaled },
    nominal,
    achieved,
    before: sizeBefore,
    after: sizeAfter,
    repairs,
    warnings: warningsOf(rule, set, available),
    suggestions: suggestionsFor(model, graph, sizeAfter.macs / sizeBefore.macs),
  };
}

/** The model with its edits, and its graph. Where a layer does not fit then, which the ties of its axes did not foretell, the refusal names it. */
function edited(model: Model, edits: readonly Edit[]): { scaled: Model; after: Graph } {
  try {
    const scaled = edits.length === 0 ? model : model.apply(edits);
    return { scaled, after: scaled.lower({ batch: 1 }) };
  } catch (error) {
    if (!(error instanceof IsoflopError) || error.code !== 'invalid-input') throw error;
    throw new IsoflopError('not-identifiable', `at the new sizes the model does not fit together: ${error.message}`, {
      ...(error.path === undefined ? {} : { path: error.path }),
      hint: 'Scale another axis, or by another factor.',
      cause: error,
    });
  }
}

type Axis = 'depth' | 'width' | 'resolution';

function availableAxes({ knobs }: KnobSet): Set<Axis> {
  const has = (...axes: string[]): boolean => knobs.some(({ axis }) => axes.includes(axis));
  const axes: [Axis, boolean][] = [
    ['depth', has('depth')],
    ['width', has('width', 'heads')],
    ['resolution', has('resolution')],
  ];
  const found = axes.flatMap(([axis, isThere]) => (isThere ? [axis] : []));
  return new Set(found);
}

/** A rule for all axes says which it could not scale. Throws where none can be. */
function warningsOf(rule: ScalingRule, { refusals }: KnobSet, available: ReadonlySet<Axis>): string[] {
  if (rule.rule !== 'compound' && rule.rule !== 'dollar') return [];
  const missing = (['depth', 'width', 'resolution'] as const).filter((axis) => !available.has(axis));
  if (missing.length === 3)
    throw refusals.width ?? new IsoflopError('not-identifiable', 'the model has no axis to scale');
  return missing.map((axis) => {
    const { path, message } = refusals[axis]!;
    return `The rule's ${axis} is left out: ${path === undefined ? '' : `${path}: `}${message}.`;
  });
}

export const modelSize = (graph: Graph): ModelSize => ({
  params: graph.parameters.reduce((sum, { parameter }) => sum + sizeOf(parameter.shape), 0),
  macs: totalMacs(graph, 'forward'),
});

/** Short and fit for a file name: `depth2-width1.5`, `compound1`. */
export function ruleName(rule: ScalingRule): string {
  const { rule: kind, ...numbers } = rule;
  if (kind === 'compound') return `compound${rule.phi}`;
  if (kind !== 'axes') return `${kind}${rule.times}`;
  return Object.entries(numbers)
    .filter(([, factor]) => factor !== undefined)
    .map(([axis, factor]) => `${axis}${factor as number}`)
    .join('-');
}
