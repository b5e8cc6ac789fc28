import type { Conventions } from './conventions.ts';

/**
 * One parameter of a law: positive and searched on a logarithmic scale, or `signed` and searched as it is. Bounds are in raw units.
 * `centre` names what the parameter multiplies: with `{ flops: 'alpha' }` a coefficient A of A / flops^alpha is searched as
 * A / g^alpha, g being the geometric mean of the data's flops, which takes the correlation of A and alpha away; `'-alpha'` stands
 * for A flops^alpha.
 */
export interface LawParameter {
  readonly name: string;
  readonly meaning: string;
  /** Such as "nats/token" or "1" for a pure number. */
  readonly unit: string;
  readonly signed?: boolean;
  readonly lower: number;
  readonly upper: number;
  readonly centre?: Readonly<Record<string, string>>;
  /**
   * Where a global search starts: raw values; shares of the smallest or multiples of the largest response; multiples of a variable's
   * geometric mean.
   */
  readonly start:
    | readonly [number, number]
    | 'below-response'
    | 'above-response'
    | { readonly of: string; readonly range: readonly [number, number] };
}

/** A law as data: a formula in the formula language with its parameters. */
export interface Law {
  readonly id: string;
  readonly title: string;
  /** Right-hand side for the response, such as `E + A / params^alpha + B / tokens^beta`. */
  readonly formula: string;
  readonly response: string;
  readonly variables: readonly string[];
  readonly parameters: readonly LawParameter[];
  /** Paper and equation. */
  readonly source: string;
  /** When it must not be used. */
  readonly caution?: string;
  readonly published?: readonly PublishedConstants[];
}

export interface PublishedConstants {
  readonly source: string;
  /** How the source counted parameters and FLOPs; another count needs other constants. */
  readonly conventions: Partial<Conventions>;
  readonly values: Readonly<Record<string, number>>;
}
