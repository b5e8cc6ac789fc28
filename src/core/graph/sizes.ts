/** Sizes and broadcasting of shapes. */
export type Shape = readonly number[];

/** Shapes that do not fit together; the builder adds the layer. */
export class ShapeError extends Error {}

/** Elements of a tensor. A plain loop: every count asks for it at every operator. */
export function sizeOf(shape: Shape): number {
  let product = 1;
  for (let axis = 0; axis < shape.length; axis++) product *= shape[axis];
  return product;
}

/** The shape of two tensors combined element by element under NumPy's broadcasting. */
export function broadcast(a: Shape, b: Shape): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const [x, y] = [a[a.length - rank + axis] ?? 1, b[b.length - rank + axis] ?? 1];
    if (x !== y && x !== 1 && y !== 1) throw new ShapeError(`shapes [${a}] and [${b}] do not broadcast`);
    return x === 1 ? y : x;
  });
}
