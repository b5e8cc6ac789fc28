import type { Graph, Operator } from '../../graph/types.ts';
import type { Edit } from '../../model/edit.ts';
import type { IsoflopError } from '../../terms/errors.ts';
import { refusal } from '../refusal.ts';

type AttributeEdit = Extract<Edit, { kind: 'attribute' }>;

/** The operator that an edit of an attribute means: of the layer's operators that have it, in order. */
export function operatorOf(graph: Graph, { layer, attribute, index = 0 }: AttributeEdit): Operator | undefined {
  return graph.operators.filter((operator) => operator.layer === layer && operator.attributes[attribute] !== undefined)[
    index
  ];
}

/** Throws where a graph is not what the edits asked for, with the layer that prevents it. Layers taken out ask for nothing. */
export function checkEdits(graph: Graph, edits: readonly Edit[]): void {
  const shapes = new Map(graph.tensors.map(({ name, shape }) => [name, shape]));
  const last = new Map(edits.map((edit) => [keyOf(edit), edit]));
  for (const edit of last.values()) {
    if (edit.kind === 'axis') checkAxis(shapes.get(edit.tensor), edit);
    if (edit.kind === 'attribute') checkAttribute(graph, edit);
  }
}

/** Of two edits of one size the later one counts. */
function keyOf(edit: Edit): string {
  if (edit.kind === 'axis') return `axis ${edit.axis} ${edit.tensor}`;
  if (edit.kind === 'attribute') return `${edit.attribute} ${edit.index ?? 0} ${edit.layer}`;
  return JSON.stringify(edit);
}

function checkAxis(shape: readonly number[] | undefined, edit: Extract<Edit, { kind: 'axis' }>): void {
  if (shape === undefined || shape[edit.axis] === edit.size) return;
  const layer = edit.tensor.slice(0, edit.tensor.lastIndexOf('/'));
  throw unreached(layer, `axis ${edit.axis} of '${edit.tensor}' is ${shape[edit.axis]}, ${edit.size} was asked for`);
}

function checkAttribute(graph: Graph, edit: AttributeEdit): void {
  const operator = operatorOf(graph, edit);
  if (operator === undefined) return;
  const value = operator.attributes[edit.attribute];
  if (isSame(value, edit.value)) return;
  throw unreached(edit.layer, `its ${edit.attribute} is ${shown(value)}, ${shown(edit.value)} was asked for`);
}

/** The first extent of a shape is the batch, which no edit changes. */
function isSame(a: number | readonly number[] | undefined, b: number | readonly number[]): boolean {
  if (typeof a === 'number' || typeof b === 'number' || a === undefined) return a === b;
  return a.length === b.length && a.slice(1).every((value, index) => value === b[index + 1]);
}

const shown = (value: unknown): string => (Array.isArray(value) ? `[${value}]` : String(value));

const unreached = (layer: string, message: string): IsoflopError =>
  refusal(message, {
    path: `layer '${layer}'`,
    hint: "The layer's configuration does not hold this size: it follows from other layers, or is written into the model.",
  });
