import { lettersOf } from '../einsum.ts';
import { ONE, isOne, scaled } from './extent.ts';
import type { Shape } from '../sizes.ts';
import type { Extent } from './extent.ts';
import type { OperatorAxes } from './tying.ts';

export function tieLinear(op: OperatorAxes): void {
  const [x, w] = [op.input(0), op.input(1)];
  const [inner, outer] = op.attributes.transposeB ? [w[1], w[0]] : [w[0], w[1]];
  op.equal(x.at(-1)!, inner);
  if (op.count > 2) op.equal(outer, op.input(2)[0]);
  op.tying.made.push(outer);
  op.give([...x.slice(0, -1), outer]);
}

export function tieMatmul(op: OperatorAxes): void {
  const [a, b] = [op.input(0), op.input(1)];
  const { transposeA, transposeB } = op.attributes;
  const [m, k] = transposeA ? [a.at(-1)!, a.at(-2)!] : [a.at(-2)!, a.at(-1)!];
  const [k2, n] = transposeB ? [b.at(-1)!, b.at(-2)!] : [b.at(-2)!, b.at(-1)!];
  op.equal(k, k2);
  const batch = op.broadcastAll([a.slice(0, -2), b.slice(0, -2)]);
  noteProduct(op, [0, 1], batch, [m, k, n], [m, n]);
  op.give([...batch, m, n]);
}

export function tieEinsum(op: OperatorAxes): void {
  const indices = op.operator.inputs.map((_, index) => index);
  const letters = lettersOf(
    op.attributes.equation!,
    indices.map((index) => op.input(index).length),
  );
  const byLetter = new Map<string, Extent>();
  for (const [index, term] of letters.inputs.entries()) {
    for (const [axis, letter] of [...term].entries())
      byLetter.set(letter, op.broadcast([byLetter.get(letter) ?? ONE, op.input(index)[axis]]));
  }
  const of = (some: readonly string[]): Extent[] => some.map((letter) => byLetter.get(letter) ?? ONE);
  const all = [...byLetter.keys()];
  const shared = all.filter(
    (letter) => letters.output.includes(letter) && letters.inputs.every((t) => t.includes(letter)),
  );
  const rest = all.filter((letter) => !shared.includes(letter));
  const made = all.filter((letter) => letters.inputs.some((term, i) => op.isWeight(i) && term.includes(letter)));
  noteProduct(op, indices, of(shared), of(rest), of(made.filter((letter) => letters.output.includes(letter))));
  op.give(of([...letters.output]));
}

/** Of a product with a weight the weight's axes are made; a product of activations may be attention. */
function noteProduct(
  op: OperatorAxes,
  indices: readonly number[],
  batch: readonly Extent[],
  inner: readonly Extent[],
  made: readonly Extent[],
): void {
  if (indices.some((index) => op.isWeight(index))) op.tying.made.push(...made);
  else if (indices.length > 1) op.tying.products.push({ batch, inner });
}

/** Queries [b, h, s, d], keys [b, g, t, d] and values [b, g, t, e]: h is a multiple of g. */
export function tieAttention(op: OperatorAxes): void {
  const [q, k, v] = [op.input(0), op.input(1), op.input(2)];
  for (const axis of [0, 1, 2]) op.equal(k[axis], v[axis]);
  op.equal(q[0], k[0]);
  op.equal(q[3], k[3]);
  const shares = op.inputShape(0)[1] / op.inputShape(1)[1];
  if (shares === 1) op.equal(q[1], k[1]);
  else op.equal(q[1], scaled(k[1], shares));
  if (op.count > 3) op.broadcastAll([op.input(3), [q[0], q[1], q[2], k[2]]]);
  op.tying.products.push({ batch: [q[1], k[1]], inner: [q[3], v[3]] });
  op.give([q[0], q[1], q[2], v[3]]);
}

const GATES = { lstm: 4, gru: 3, rnn: 1 } as const;

/** Weights of x in [k, gates h] or [gates h, k], of the state in [h, gates h] or [gates h, h], ONNX with the directions first. */
export function tieRecurrent(op: OperatorAxes): void {
  const { cell = 'lstm', hidden = 1, directions = 1, sequence } = op.attributes;
  const x = op.input(0);
  const units = op.system.fresh(hidden);
  const gates = scaled(units, GATES[cell]);
  op.follow('hidden', [units]);
  op.tying.made.push(units);
  const isGatesFirst = op.count > 2 && areGatesFirst(op.inputShape(1), op.inputShape(2), hidden);
  const matrices = matricesOf(op, directions);
  for (let index = 1; index < op.count; index++) {
    const extents = op.input(index);
    const of = matrices.get(index);
    if (of !== undefined) {
      const [first, second] = extents.slice(-2);
      op.equal(isGatesFirst ? second : first, of === 'state' ? units : x.at(-1)!);
      op.equal(isGatesFirst ? first : second, gates);
      continue;
    }
    const parts = (op.inputShape(index).at(-1) ?? 1) / hidden;
    if (Number.isInteger(parts)) op.equal(extents.at(-1)!, scaled(units, parts));
  }
  const outputs = scaled(units, directions);
  op.give(sequence ? [x[0], x[1], outputs] : [x[0], outputs]);
}

/** Whether matrices stand as [gates h, k]: the state's says so, and where it is square, as a plain cell's is, the input's. */
function areGatesFirst(ofInput: Shape, ofState: Shape, hidden: number): boolean {
  if (ofState.at(-1) !== hidden) return false;
  return ofState.at(-2) !== hidden || (ofInput.at(-2) === hidden && ofInput.at(-1) !== hidden);
}

/** What each matrix multiplies, by its place. torch has two of its own for the way back, shaped like the first ones. */
function matricesOf(op: OperatorAxes, directions: number): Map<number, 'input' | 'state'> {
  const found = new Map<number, 'input' | 'state'>();
  const shapeOf = (index: number): string => (index < op.count ? op.inputShape(index).join() : '');
  for (let index = 1; index < op.count; index++) {
    const next = found.size % 2 === 0 ? 'input' : 'state';
    const isFirst = index < 3;
    const isBack = directions > 1 && shapeOf(index) === shapeOf(next === 'input' ? 1 : 2);
    if (isFirst || isBack) found.set(index, next);
  }
  return found;
}

/** Experts [experts, k, m]; each row meets `active` of them. */
export function tieExperts(op: OperatorAxes): void {
  const [x, w] = [op.input(0), op.input(1)];
  op.equal(x.at(-1)!, w[1]);
  if (op.count > 2) op.broadcastAll([op.input(2), [w[0], w[2]]]);
  op.settle(w[0], 'it counts experts');
  op.tying.made.push(w[2]);
  const shape = op.outputShape();
  const active = shape.at(-2) === 1 ? ONE : op.system.fresh(shape.at(-2)!);
  op.settle(active, 'it counts the experts that a token meets');
  const rows = x.slice(0, shape.length - 2);
  op.give([...rows, isOne(active) ? ONE : active, w[2]]);
}
