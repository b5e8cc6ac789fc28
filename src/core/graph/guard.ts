import { outputShapes } from './shapes.ts';
import { ShapeError, sizeOf } from './sizes.ts';
import type { Shape } from './sizes.ts';
import type { Attributes, OperatorKind } from './types.ts';

/** A graph of so many operators takes some 200 MB; the largest published models have some 20,000. */
export const MOST_OPERATORS = 200_000;

/** Above 2^53 counts are not exact as doubles. */
const MOST_ELEMENTS = Number.MAX_SAFE_INTEGER;

/** NumPy allows 64 axes, PyTorch as many. */
const MOST_AXES = 64;

/** Fewest axes of an operator's inputs, where its shape rule reads them. */
const FEWEST_AXES: Partial<Record<OperatorKind, readonly number[]>> = {
  matmul: [2, 2],
  linear: [1, 2],
  scatterRows: [1],
  split: [1],
  normalize: [1],
  loss: [1],
  mean: [1],
  columnSum: [1],
  convolution: [3, 3],
  transposedConvolution: [3, 3],
  pool: [3],
  resize: [2],
  attention: [4, 4, 4],
  recurrent: [3],
  expertLinear: [1, 3],
  softmax: [1],
  batchNormalize: [1],
  groupNormalize: [1],
};

/** Inputs that an operator must have; one where it is not said, none to make values. */
const FEWEST_INPUTS: Partial<Record<OperatorKind, number>> = {
  add: 2,
  multiply: 2,
  binary: 2,
  select: 3,
  gather: 2,
  generate: 0,
};

/** Throws a `ShapeError` unless every extent is whole and at least 0, and the elements can be counted. */
export function checkShape(name: string, shape: Shape): void {
  const said = (): string => `[${shape.slice(0, MOST_AXES).join(', ')}]`;
  if (shape.length > MOST_AXES)
    throw new ShapeError(`${short(name)} has ${shape.length} axes; at most ${MOST_AXES} can be`);
  if (!shape.every((extent) => Number.isSafeInteger(extent) && extent >= 0))
    throw new ShapeError(`${short(name)} has the shape ${said()}; extents are whole numbers of at least 0`);
  if (!(sizeOf(shape) <= MOST_ELEMENTS))
    throw new ShapeError(`${short(name)} of the shape ${said()} has more elements than can be counted exactly`);
}

/** Names of a file may be of any length. */
const short = (name: string): string => (name.length > 80 ? `${name.slice(0, 80)}...` : name);

/** `outputShapes` for inputs that may be of any number and rank: throws a `ShapeError` for all that no rule can take. */
export function checkedOutputs(kind: OperatorKind, inputs: readonly Shape[], attributes: Attributes): number[][] {
  checkInputs(kind, inputs);
  checkSteps(kind, attributes);
  checkAxes(kind, inputs, attributes);
  return outputShapes(kind, inputs, attributes);
}

function checkInputs(kind: OperatorKind, inputs: readonly Shape[]): void {
  const ranks = FEWEST_AXES[kind] ?? [];
  const wanted = Math.max(ranks.length, FEWEST_INPUTS[kind] ?? (ranks.length > 0 ? 0 : 1));
  if (inputs.length < wanted) throw new ShapeError(`${kind} wants ${wanted} inputs, got ${inputs.length}`);
  for (const [index, rank] of ranks.entries())
    if (inputs[index].length < rank)
      throw new ShapeError(`${kind} wants at least ${rank} axes, got [${inputs[index]}]`);
}

const isWhole = (value: number): boolean => Number.isSafeInteger(value);

/** Windows, strides, dilations and groups count from 1; steps of slices are not 0. */
function checkSteps(kind: OperatorKind, { strides, dilations, window, groups, steps }: Attributes): void {
  checkCounts(kind, 'strides', strides);
  checkCounts(kind, 'dilations', dilations);
  checkCounts(kind, 'window', window);
  if (groups !== undefined) checkCounts(kind, 'groups', [groups]);
  if (steps?.some((step) => !isWhole(step) || step === 0))
    throw new ShapeError(`${kind} has steps of [${steps}]; they are whole numbers other than 0`);
}

function checkCounts(kind: OperatorKind, word: string, values: readonly number[] | undefined): void {
  if (values?.every((value) => isWhole(value) && value >= 1) === false)
    throw new ShapeError(`${kind} has ${word} of [${values}]; they are whole numbers of at least 1`);
}

const AXES_OF_FIRST: ReadonlySet<OperatorKind> = new Set(['gather', 'split', 'concat', 'reduce', 'transpose']);

/** Axes that are named lie within the first input. */
function checkAxes(kind: OperatorKind, inputs: readonly Shape[], { axis, axes, permutation }: Attributes): void {
  if (!AXES_OF_FIRST.has(kind)) return;
  const rank = inputs[0].length;
  const named = [...(axis === undefined ? [] : [axis]), ...(axes ?? []), ...(permutation ?? [])];
  const outside = named.find((at) => !isWhole(at) || at < -rank || at >= rank);
  if (outside !== undefined) throw new ShapeError(`${kind} names axis ${outside} of [${inputs[0]}]`);
  if (kind === 'transpose' && new Set(permutation).size !== rank)
    throw new ShapeError(`[${permutation}] does not order the axes of [${inputs[0]}]`);
}
