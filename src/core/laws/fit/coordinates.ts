import { exp, log } from '../../math/elementary.ts';
import type { Law } from '../../terms/law.ts';

/** Smallest share of the data's smallest response that a vanishing parameter is followed down to. */
export const VANISHING = 1e-9;
const LOWEST = -700;
/** A level that every response lies below keeps this distance from the largest: there the law would bend to a single row. */
const ABOVE = 1.002;

/**
 * The coordinates in which a law is searched: the logarithm of every parameter, centred on the data where the law says so:
 * theta_A = log A - alpha log g for a coefficient A of A / x^alpha, with g the geometric mean of x.
 */
export class Coordinates {
  readonly lower: number[];
  readonly upper: number[];
  private readonly law: Law;
  /** For each parameter, the (index of exponent, log g) that it is centred by. */
  private readonly shifts: readonly (readonly (readonly [number, number])[])[];

  constructor(law: Law, logMeans: Readonly<Record<string, number>>, [smallest, largest]: readonly [number, number]) {
    this.law = law;
    const indexOf = (name: string): number => law.parameters.findIndex((parameter) => parameter.name === name);
    this.shifts = law.parameters.map(({ centre = {} }) =>
      Object.entries(centre).map(([variable, power]) => [indexOf(power), logMeans[variable]] as const),
    );
    const floor = log(VANISHING * smallest);
    this.lower = law.parameters.map(({ lower, centre, start }) => {
      if (start === 'above-response') return log(Math.max(lower, ABOVE * largest));
      return lower > 0 ? log(lower) : centre ? LOWEST : floor;
    });
    this.upper = law.parameters.map(({ upper }) => log(upper));
  }

  /** Raw parameters, in the law's order. */
  toRaw(theta: ArrayLike<number>): number[] {
    const raw = this.law.parameters.map((_, index) => exp(theta[index]));
    return raw.map((value, index) =>
      this.shifts[index].reduce((product, [power, mean]) => product * exp(raw[power] * mean), value),
    );
  }

  toTheta(raw: readonly number[]): number[] {
    return raw.map((value, index) =>
      this.shifts[index].reduce(
        (sum, [power, mean]) => sum - raw[power] * mean,
        value > 0 ? log(value) : this.lower[index],
      ),
    );
  }

  /** Turns derivatives by raw parameters into derivatives by coordinates, in place. A centred parameter is no exponent itself. */
  pullBack(gradient: Float64Array, raw: readonly number[]): void {
    for (let index = 0; index < raw.length; index++) gradient[index] *= raw[index];
    for (let index = 0; index < raw.length; index++) {
      for (const [power, mean] of this.shifts[index]) gradient[power] += gradient[index] * mean * raw[power];
    }
  }

  clamp(theta: number[]): number[] {
    return theta.map((value, index) => Math.min(this.upper[index], Math.max(this.lower[index], value)));
  }
}
