import type { Graph, Operator } from '../../graph/types.ts';
import type { Edit } from '../../model/edit.ts';
import { IsoflopError } from '../../terms/errors.ts';
import type { NodeDocument } from './document.ts';
import type { BatchAxes } from './edit.ts';

type LowerAt = (batch: number) => Graph;

/** The graph of two samples; undefined where the document holds one size of the batch, in its inputs or between. */
export function atTwoSamples({ inputs }: NodeDocument, lowerAt: LowerAt): Graph | undefined {
  if (inputs.every(({ whole }) => whole[0] !== null)) return undefined;
  try {
    return lowerAt(2);
  } catch (error) {
    if (error instanceof IsoflopError) return undefined;
    throw error;
  }
}

/** Sizes differ between one and two samples where they move with the batch. */
export function batchAxesOf(document: NodeDocument, edits: readonly Edit[], lowerAt: LowerAt): BatchAxes {
  const later = edits.some(({ kind }) => kind === 'attribute') ? atTwoSamples(document, lowerAt) : undefined;
  if (!later) return () => [];
  const graph = lowerAt(1);
  return ({ layer, attribute, index = 0 }) => {
    const sizes = (of: Graph): Operator['attributes'][typeof attribute] =>
      of.operators.filter((one) => one.layer === layer && one.attributes[attribute] !== undefined)[index]?.attributes[
        attribute
      ];
    const [before, after] = [sizes(graph), sizes(later)];
    if (!Array.isArray(before) || !Array.isArray(after)) return [];
    return before.flatMap((size, axis) => (size === after[axis] ? [] : [axis]));
  };
}
