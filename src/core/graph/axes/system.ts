import { ONE, evaluate, isSame, multiply, scaled, sum, variable, variablesOf, withoutCommon } from './extent.ts';
import type { Extent, Term, VariableId } from './extent.ts';

/** Why an extent must stay as it is, and the layer that says so. */
export interface Hold {
  readonly layer: string;
  /** Completes "its extent is held by <layer>: ...". */
  readonly reason: string;
  /** Whether it is held for want of a rule, not by the nature of the model (an input, an output, a table's rows). */
  readonly unclear: boolean;
}

/** How an extent follows from others by no polynomial: the cells that a window reaches. */
export interface Follow {
  readonly inputs: readonly Extent[];
  readonly of: (extents: readonly number[]) => number;
}

/**
 * An unknown of the system. `free`: may take another value. `input`: an axis of the model's input, the batch left out. `follows`: is
 * computed from others. `constant`: an axis of numbers that the document holds.
 */
export interface AxisVariable {
  readonly size: number;
  readonly kind: 'free' | 'input' | 'follows' | 'constant';
  readonly follow?: Follow;
  hold?: Hold;
}

/** Two extents that must stay equal though neither decides the other: an encoder's image and the one that meets it again. */
export interface Equality {
  readonly left: Extent;
  readonly right: Extent;
  readonly layer: string;
}

/** An extent that must stay a multiple: channels of a group norm. */
export interface Multiple {
  readonly extent: Extent;
  readonly divisor: number;
  readonly layer: string;
}

/** Extents as polynomials of unknowns, and which of them the operators set equal. */
export class AxisSystem {
  readonly variables: AxisVariable[] = [];
  readonly equalities: Equality[] = [];
  readonly multiples: Multiple[] = [];
  private readonly bindings: (Extent | undefined)[] = [];

  /** An unknown of the given present size; an extent of 1 is no unknown, since it broadcasts. */
  fresh(size: number, kind: AxisVariable['kind'] = 'free', follow?: Follow): Extent {
    if (size === 1 && kind === 'free') return ONE;
    this.variables.push({ size, kind, ...(follow ? { follow } : {}) });
    return variable(this.variables.length - 1);
  }

  /** An extent that stays, and holds what it meets. */
  constant(size: number, layer: string): Extent {
    if (size === 1) return ONE;
    const extent = this.fresh(size, 'constant');
    this.variables.at(-1)!.hold = { layer, reason: `it meets a constant of ${size} values`, unclear: true };
    return extent;
  }

  freshAll(shape: readonly number[]): Extent[] {
    return shape.map((size) => this.fresh(size));
  }

  /** The extent in unknowns that no other one decides. */
  resolve(extent: Extent): Extent {
    if (variablesOf(extent).every((id) => this.bindings[id] === undefined)) return extent;
    return sum(extent.map((term) => this.resolveTerm(term)));
  }

  /** The present value. */
  sizeOf(extent: Extent): number {
    return evaluate(extent, (id) => this.variables[id].size);
  }

  /** Free unknowns of an extent stay at their present size from now on. */
  hold(extent: Extent, hold: Hold): void {
    for (const id of variablesOf(this.resolve(extent))) {
      const found = this.variables[id];
      if (found.kind === 'free') found.hold ??= hold;
    }
  }

  /** An operator of `layer` needs both extents to be equal. */
  equal(a: Extent, b: Extent, layer: string): void {
    const [left, right] = this.reduced(a, b);
    if (isSame(left, right)) return;
    if (this.bindSingle(left, right) || this.bindSingle(right, left)) return;
    if (this.bindMultiple(left, right) || this.bindMultiple(right, left)) return;
    if (this.matchFactors(left, right, layer) || this.matchTerms(left, right, layer)) return;
    const hold = {
      layer,
      reason: 'no rule tells how the extents that it splits or joins would change together',
      unclear: !this.isSettled(left, right),
    };
    this.hold(left, hold);
    this.hold(right, hold);
    this.equalities.push({ left, right, layer });
  }

  private resolveTerm({ coefficient, variables }: Term): Extent {
    const parts = variables.map((id) => {
      const bound = this.bindings[id];
      return bound === undefined ? variable(id) : this.resolve(bound);
    });
    return scaled(parts.reduce(multiply, ONE), coefficient);
  }

  /** Both sides without what they share: terms of a sum, factors of a product. */
  private reduced(a: Extent, b: Extent): [Extent, Extent] {
    const [left, right] = withoutCommon(this.resolve(a), this.resolve(b));
    return left.length === 1 && right.length === 1 ? withoutFactors(left[0], right[0]) : [left, right];
  }

  private isFree(id: VariableId): boolean {
    return this.bindings[id] === undefined && this.variables[id].kind === 'free';
  }

  /** An unknown alone on its side becomes the other side. Of two the older one stays. */
  private bindSingle(side: Extent, other: Extent): boolean {
    const id = single(side);
    if (id === undefined || side[0].coefficient !== 1 || !this.isFree(id)) return false;
    if (variablesOf(other).includes(id)) return false;
    const rival = single(other);
    const isRivalFree = rival !== undefined && other[0].coefficient === 1 && this.isFree(rival);
    if (isRivalFree && rival > id) return this.bind(rival, side);
    return this.bind(id, other);
  }

  private bind(id: VariableId, extent: Extent): boolean {
    const { hold } = this.variables[id];
    this.bindings[id] = extent;
    // What was held stays held under its new name.
    if (hold) this.hold(extent, hold);
    return true;
  }

  /** k unknowns equal something: it is divided by k, or both sides share a new unknown. */
  private bindMultiple(side: Extent, other: Extent): boolean {
    const id = single(side);
    if (id === undefined || !this.isFree(id) || variablesOf(other).includes(id)) return false;
    const [factor] = side.map(({ coefficient }) => coefficient);
    if (factor === 1) return false;
    if (other.every(({ coefficient }) => coefficient % factor === 0)) return this.bind(id, scaled(other, 1 / factor));
    const rival = single(other);
    if (rival !== undefined && this.isFree(rival)) return this.bindShared(id, factor, rival, other[0].coefficient);
    if (other.every(({ variables }) => variables.length === 0)) return false;
    const follow = { inputs: [other], of: ([extent]: readonly number[]) => extent / factor };
    this.multiples.push({ extent: other, divisor: factor, layer: '' });
    return this.bind(id, this.fresh(this.variables[id].size, 'follows', follow));
  }

  /** k a = m b with k and m coprime: a = m n, b = k n. */
  private bindShared(a: VariableId, k: number, b: VariableId, m: number): boolean {
    const shared = this.fresh(this.variables[a].size / m);
    return this.bind(a, scaled(shared, m)) && this.bind(b, scaled(shared, k));
  }

  /** Products of as many factors of the same sizes are equal factor by factor. */
  private matchFactors(left: Extent, right: Extent, layer: string): boolean {
    if (left.length !== 1 || right.length !== 1 || left[0].coefficient !== right[0].coefficient) return false;
    return this.matchAll(left[0].variables.map(variable), right[0].variables.map(variable), layer);
  }

  /** Sums of as many terms of the same sizes are equal term by term. */
  private matchTerms(left: Extent, right: Extent, layer: string): boolean {
    if (left.length < 2) return false;
    return this.matchAll(
      left.map((term) => [term]),
      right.map((term) => [term]),
      layer,
    );
  }

  private matchAll(left: readonly Extent[], right: readonly Extent[], layer: string): boolean {
    if (left.length < 2 || left.length !== right.length) return false;
    const remaining = [...right];
    const pairs: [Extent, Extent][] = [];
    for (const part of left) {
      const at = remaining.findIndex((candidate) => this.sizeOf(candidate) === this.sizeOf(part));
      if (at < 0) return false;
      pairs.push([part, remaining.splice(at, 1)[0]]);
    }
    for (const [a, b] of pairs) this.equal(a, b, layer);
    return true;
  }

  /** Whether nothing in either side could have moved by a change of width. */
  private isSettled(left: Extent, right: Extent): boolean {
    return [...variablesOf(left), ...variablesOf(right)].every((id) => {
      const { kind, hold } = this.variables[id];
      return kind !== 'free' || hold !== undefined;
    });
  }
}

/** The variable of an extent that is a multiple of one alone. */
function single(extent: Extent): VariableId | undefined {
  return extent.length === 1 && extent[0].variables.length === 1 ? extent[0].variables[0] : undefined;
}

function withoutFactors(a: Term, b: Term): [Extent, Extent] {
  const divisor = gcd(a.coefficient, b.coefficient);
  const rest = [...b.variables];
  const left = a.variables.filter((id) => {
    const at = rest.indexOf(id);
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
  return [
    [{ coefficient: a.coefficient / divisor, variables: left }],
    [{ coefficient: b.coefficient / divisor, variables: rest }],
  ];
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));
