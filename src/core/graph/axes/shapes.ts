import { EQUAL_PARTS, outputShapes } from '../shapes.ts';
import { ONE, isOne, isSame, product, sum } from './extent.ts';
import type { Extent } from './extent.ts';
import type { OperatorAxes } from './tying.ts';

/**
 * A reshape splits and joins neighbouring axes. Its axes are read in segments, the shortest ones of equal product on both sides:
 * [b, t, 96] -> [b, t, 6, 16] ties 96 to 6 x 16. Axes of extent 1 are left out.
 */
export function tieReshape(op: OperatorAxes): void {
  const inputs = op.input(0).filter((extent) => !isOne(extent));
  const outputs = op.outputShape().map((size) => op.system.fresh(size));
  const targets = outputs.filter((extent) => !isOne(extent));
  let [i, j] = [0, 0];
  while (i < inputs.length && j < targets.length) {
    const [left, right] = [[inputs[i++]], [targets[j++]]];
    for (;;) {
      const [a, b] = [op.system.sizeOf(product(left)), op.system.sizeOf(product(right))];
      if (a === b) break;
      if (a < b) left.push(inputs[i++]);
      else right.push(targets[j++]);
    }
    if (left.length > 1 && right.length > 1) tieRegrouped(op, left, right);
    else op.equal(product(left), product(right));
  }
  op.follow('shape', outputs);
  op.give(outputs);
}

/**
 * Axes that are joined and split otherwise, as for the statistics of groups of channels: [c, h, w] -> [g, n]. All parts but the last stay,
 * that one takes the rest; a later reshape that undoes it gives the axes back.
 */
function tieRegrouped(op: OperatorAxes, left: readonly Extent[], right: readonly Extent[]): void {
  const { system, tying } = op;
  const sizes = (extents: readonly Extent[]): number[] => extents.map((extent) => system.sizeOf(extent));
  const isJoined = (to: readonly Extent[]): boolean =>
    to.length === left.length && to.every((extent, i) => isSame(system.resolve(extent), system.resolve(left[i])));
  const undone = tying.regrouped.find(({ from, to }) => String(sizes(from)) === String(sizes(right)) && isJoined(to));
  if (undone) {
    for (const [index, extent] of right.entries()) op.equal(extent, undone.from[index]);
    return;
  }
  const parts = right.slice(0, -1);
  for (const part of parts) op.unclear(part, 'axes are joined and split at it');
  const divisor = sizes(parts).reduce((a, b) => a * b, 1);
  const rest = op.computed(system.sizeOf(right.at(-1)!), [product(left)], ([cells]) => cells / divisor);
  op.equal(right.at(-1)!, rest);
  system.multiples.push({ extent: leading(op, left, divisor), divisor, layer: op.operator.layer });
  tying.regrouped.push({ from: left, to: right });
}

/** The fewest leading axes that can be shared out: channels by groups, whatever the places are. */
function leading(op: OperatorAxes, extents: readonly Extent[], divisor: number): Extent {
  const count = extents.findIndex((_, i) => op.system.sizeOf(product(extents.slice(0, i + 1))) % divisor === 0);
  return product(extents.slice(0, count + 1));
}

/** Parts by sizes move each on its own, parts by their number are equal. */
export function tieSplit(op: OperatorAxes): void {
  const { sizes = [], function: how } = op.attributes;
  const axis = op.axis(op.attributes.axis);
  const one = op.system.fresh(sizes[0] ?? 1);
  const parts = sizes.map((size) => (how === EQUAL_PARTS ? one : op.system.fresh(size)));
  op.equal(op.input(0)[axis], sum(parts));
  op.follow('sizes', parts);
  for (const [index, part] of parts.entries()) op.give(op.input(0).with(axis, part), index);
}

export function tieConcat(op: OperatorAxes): void {
  const axis = op.axis(op.attributes.axis);
  const inputs = op.operator.inputs.map((_, index) => op.input(index));
  const extents = inputs[0].map((extent, at) =>
    at === axis ? sum(inputs.map((input) => input[at])) : equalAll(op, [extent, ...inputs.slice(1).map((x) => x[at])]),
  );
  op.give(extents);
}

function equalAll(op: OperatorAxes, extents: readonly Extent[]): Extent {
  for (const extent of extents.slice(1)) op.equal(extents[0], extent);
  return extents[0];
}

/** Rows of a table are its vocabulary or its positions; of an activation a fixed place is taken. */
export function tieGather(op: OperatorAxes): void {
  const axis = op.axis(op.attributes.axis);
  const table = op.input(0);
  if (op.isWeight(0)) {
    op.settle(table[axis], 'it counts the rows of a table');
    op.tying.made.push(...table.filter((_, index) => index !== axis));
  } else op.unclear(table[axis], 'fixed places of it are taken');
  op.give([...table.slice(0, axis), ...op.input(1), ...table.slice(axis + 1)]);
}

export function tieReduce(op: OperatorAxes): void {
  const { axes = [], keepAxes } = op.attributes;
  const reduced = new Set(axes.map((axis) => op.axis(axis)));
  op.give(op.input(0).flatMap((extent, axis) => (reduced.has(axis) ? (keepAxes ? [ONE] : []) : [extent])));
}

/** An axis that is taken whole stays; of one that follows from the input the places are counted again. */
export function tieSlice(op: OperatorAxes): void {
  const { starts = [], ends = [], steps = [] } = op.attributes;
  const [from, to] = [op.inputShape(0), op.outputShape()];
  const extents = op.input(0).map((extent, axis) => {
    if (from[axis] === to[axis] && (steps[axis] ?? 1) > 0) return extent;
    op.unclear(extent, 'a part of it is cut out');
    const one = { starts: pick(starts, axis), ends: pick(ends, axis), steps: pick(steps, axis) };
    return op.computed(to[axis], [extent], ([value]) => outputShapes('slice', [[value]], one)[0][0]);
  });
  followEnds(op, extents);
  op.give(extents);
}

const pick = (values: readonly number[], axis: number): number[] => (values[axis] === undefined ? [] : [values[axis]]);

/** Ends that name the whole extent by its number move with it. */
function followEnds(op: OperatorAxes, extents: readonly Extent[]): void {
  const { ends, steps = [] } = op.attributes;
  if (!ends) return;
  const shape = op.inputShape(0);
  const isWhole = (axis: number): boolean =>
    ends[axis] === shape[axis] && op.outputShape()[axis] === shape[axis] && (steps[axis] ?? 1) > 0;
  if (!ends.some((_, axis) => isWhole(axis))) return;
  const numbers = ends.map((end, axis) => (isWhole(axis) ? extents[axis] : [{ coefficient: end, variables: [] }]));
  op.follow('ends', numbers);
}

export function tieBroadcast(op: OperatorAxes): void {
  const targets = op.attributes.shape!.map((size) => op.system.fresh(size));
  const shape = op.outputShape();
  const offset = shape.length - targets.length;
  op.follow('shape', targets);
  const aligned = [...Array.from({ length: offset }, () => ONE), ...targets];
  op.give(op.broadcastAll([op.input(0), aligned]));
}

export function tieGenerate(op: OperatorAxes): void {
  const { shape = [], function: made } = op.attributes;
  // The numbers of a constant are written into the document: whatever meets them keeps its extent.
  const extents = shape.map((size) =>
    made === 'constant' ? op.system.constant(size, op.operator.layer) : op.system.fresh(size),
  );
  op.follow('shape', extents);
  op.give(extents);
}
