import { exp, log } from '../../math/elementary.ts';
import type { Law } from '../../terms/law.ts';

/** Smallest share of the data's smallest response that a vanishing parameter is followed down to. */
export const VANISHING = 1e-9;
const LOWEST = -700;
/** A level that every response lies below keeps this distance from the largest: there the law would bend to a single row. */
const ABOVE = 1.002;
/** How close it may come where it goes through every row. */
const NEAR = 1 + 1e-9;

/** A parameter's logarithm moves with raw parameter `power` times `slope`, the logarithm of a variable's geometric mean. */
export interface Shift {
  readonly power: number;
  /** The variable, by its place in the law, and 1 or -1. */
  readonly variable: number;
  readonly sign: 1 | -1;
}

/** What each parameter of a law is centred by; parameters that the law does not have (they were fixed) leave no shift. */
export function shiftsOf(law: Law): readonly (readonly Shift[])[] {
  const placeOf = (name: string): number => law.parameters.findIndex((parameter) => parameter.name === name);
  return law.parameters.map(({ centre = {} }) =>
    Object.entries(centre).flatMap(([name, text]) => {
      const isNegative = text.startsWith('-');
      const power = placeOf(isNegative ? text.slice(1) : text);
      const variable = law.variables.indexOf(name);
      return power < 0 || variable < 0 ? [] : [{ power, variable, sign: isNegative ? (-1 as const) : (1 as const) }];
    }),
  );
}

/**
 * The coordinates in which a law is searched: the logarithm of a positive parameter, a signed one itself; centred on the data where the
 * law says so: theta_A = log A - alpha log g for a coefficient A of A / x^alpha, with g the geometric mean of x.
 */
export class Coordinates {
  readonly lower: number[];
  readonly upper: number[];
  /** `lower`, but for levels that every response lies below: those may come close to the largest. */
  private readonly nearest: number[];
  /** Logarithms of the variables' geometric means, in the law's order. */
  readonly logMeans: readonly number[];
  private readonly isSigned: readonly boolean[];
  private readonly shifts: readonly (readonly Shift[])[];

  constructor(law: Law, logMeans: readonly number[], [smallest, largest]: readonly [number, number]) {
    this.logMeans = logMeans;
    this.isSigned = law.parameters.map(({ signed = false }) => signed);
    this.shifts = shiftsOf(law);
    const floor = log(VANISHING * (smallest > 0 ? smallest : Math.max(-smallest, largest)));
    const lowerWith = (above: number): number[] =>
      law.parameters.map(({ lower, centre, start, signed }) => {
        if (signed) return lower;
        if (start === 'above-response') return log(Math.max(lower, above * largest));
        return lower > 0 ? log(lower) : centre ? LOWEST : floor;
      });
    this.lower = lowerWith(ABOVE);
    this.nearest = lowerWith(NEAR);
    this.upper = law.parameters.map(({ upper, signed }) => (signed ? upper : log(upper)));
  }

  /** The same coordinates, in which a level may come close to the largest response. */
  withNearLevels(): Coordinates {
    const other = Object.create(Coordinates.prototype) as Coordinates;
    return Object.assign(other, this, { lower: this.nearest });
  }

  /** Raw parameters, in the law's order. */
  toRaw(theta: ArrayLike<number>): number[] {
    const raw: number[] = [];
    for (let index = 0; index < this.isSigned.length; index++) {
      raw.push(this.isSigned[index] ? theta[index] : exp(theta[index]));
    }
    const shifted = raw.slice();
    for (let index = 0; index < raw.length; index++) {
      for (const shift of this.shifts[index]) shifted[index] *= exp(this.shiftBy(shift, raw));
    }
    return shifted;
  }

  toTheta(raw: readonly number[]): number[] {
    return raw.map((value, index) => {
      if (this.isSigned[index]) return value;
      const plain = value > 0 ? log(value) : this.lower[index];
      return this.shifts[index].reduce((sum, shift) => sum - this.shiftBy(shift, raw), plain);
    });
  }

  /** Turns derivatives by raw parameters into derivatives by coordinates, in place. A centred parameter is no exponent itself. */
  pullBack(gradient: Float64Array, raw: readonly number[]): void {
    for (let index = 0; index < raw.length; index++) gradient[index] *= this.unit(raw, index);
    for (let index = 0; index < raw.length; index++) {
      for (const shift of this.shifts[index]) {
        const mean = shift.sign * this.logMeans[shift.variable];
        gradient[shift.power] += gradient[index] * mean * this.unit(raw, shift.power);
      }
    }
  }

  clamp(theta: number[]): number[] {
    const clamped: number[] = [];
    for (let i = 0; i < theta.length; i++) clamped.push(Math.min(this.upper[i], Math.max(this.lower[i], theta[i])));
    return clamped;
  }

  /** Change of a raw parameter with its own coordinate. */
  private unit(raw: readonly number[], index: number): number {
    return this.isSigned[index] ? 1 : raw[index];
  }

  private shiftBy({ power, variable, sign }: Shift, raw: readonly number[]): number {
    return sign * raw[power] * this.logMeans[variable];
  }
}
