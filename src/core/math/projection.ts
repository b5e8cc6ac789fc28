import { square } from './elementary.ts';
import { dot } from './linear.ts';

/** A column whose part outside the span is this much smaller than itself (squared) adds nothing to it. */
const COLLINEAR = 1e-10;

/** Below this share of the whole a difference of squares has lost too many digits. */
const CANCELLED = 1e-4;

/** The orthogonal projection off the span of columns (modified Gram and Schmidt, twice for safety). */
export class Projection {
  private readonly basis: Float64Array[] = [];

  constructor(columns: readonly ArrayLike<number>[]) {
    for (const column of columns) this.add(column);
  }

  get rank(): number {
    return this.basis.length;
  }

  /** What of `y` the columns cannot explain. */
  residual(y: ArrayLike<number>): Float64Array {
    const rest = Float64Array.from(y);
    for (let pass = 0; pass < 2; pass++) {
      for (const unit of this.basis) {
        const share = dot(unit, rest);
        for (let row = 0; row < rest.length; row++) rest[row] -= share * unit[row];
      }
    }
    return rest;
  }

  /** Squared length of that: by Pythagoras, unless too little is left for it. */
  restSquare(y: ArrayLike<number>): number {
    const total = dot(y, y);
    const left = this.basis.reduce((sum, unit) => sum - square(dot(unit, y)), total);
    if (left > CANCELLED * total) return left;
    const rest = this.residual(y);
    return dot(rest, rest);
  }

  /** The part of a column outside the span at unit length, with that length; undefined where there is none. */
  direction(column: ArrayLike<number>): { readonly unit: Float64Array; readonly length: number } | undefined {
    const rest = this.residual(column);
    const square = dot(rest, rest);
    if (!(square > COLLINEAR * dot(column, column))) return undefined;
    const length = Math.sqrt(square);
    return { unit: rest.map((value) => value / length), length };
  }

  /** How much of each row's variance the columns take: the diagonal of the hat matrix. */
  leverages(rows: number): number[] {
    return Array.from({ length: rows }, (_, row) => this.basis.reduce((sum, unit) => sum + square(unit[row]), 0));
  }

  private add(column: ArrayLike<number>): void {
    const found = this.direction(column);
    if (found) this.basis.push(found.unit);
  }
}
