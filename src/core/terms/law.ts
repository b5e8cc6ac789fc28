/** One parameter of a law. Bounds are in raw units and inclusive; `positive` parameters are searched on a log scale. */
export interface LawParameter {
  readonly name: string;
  readonly meaning: string;
  /** Such as "nats/token" or "1" for a pure number. */
  readonly unit: string;
  readonly lower: number;
  readonly upper: number;
  /** Range in which a global search starts; defaults to the bounds. Only for parameters that enter nonlinearly. */
  readonly start?: readonly [number, number];
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
  readonly values: Readonly<Record<string, number>>;
}
