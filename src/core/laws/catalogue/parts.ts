import type { Conventions } from '../../terms/conventions.ts';
import type { LawParameter } from '../../terms/law.ts';

/** Parameters that laws share, so that the same thing has the same bounds and starts everywhere. */

const HUGE = 1e300;
const UNITS: Readonly<Record<string, string>> = { loss: 'nats/token', error: '1', learningRate: '1', batch: 'token' };

/** A power: between 0.001 and 5, searched from .03 to 1.2. */
export const exponent = (name: string, meaning: string): LawParameter => ({
  name,
  meaning,
  unit: '1',
  lower: 1e-3,
  upper: 5,
  start: [0.03, 1.2],
});

/** A coefficient of a power of a variable: A of A / x^alpha (`centre: { x: 'alpha' }`) or of A x^alpha (`'-alpha'`). */
export const coefficient = (
  name: string,
  meaning: string,
  centre: Readonly<Record<string, string>>,
  response = 'loss',
): LawParameter => {
  const powers = Object.entries(centre).map(([x, text]) =>
    text.startsWith('-') ? `/ ${x}^${text.slice(1)}` : `x ${x}^${text}`,
  );
  return {
    name,
    meaning,
    unit: [UNITS[response] ?? response, ...powers].join(' '),
    lower: 0,
    upper: HUGE,
    centre,
    start: [0.01, 10],
  };
};

/** A coefficient that may have either sign. */
export const signed = (
  name: string,
  meaning: string,
  unit: string,
  range: readonly [number, number],
): LawParameter => ({
  name,
  meaning,
  unit,
  signed: true,
  lower: -HUGE,
  upper: HUGE,
  start: range,
});

/** A value of a variable at which the law turns; searched over multiples of the variable's geometric mean. */
export const scaleOf = (
  name: string,
  meaning: string,
  variable: string,
  range: readonly [number, number],
): LawParameter => ({
  name,
  meaning,
  unit: `as ${variable}`,
  lower: 0,
  upper: HUGE,
  start: { of: variable, range },
});

/** A positive number without a power. */
export const positive = (
  name: string,
  meaning: string,
  unit: string,
  range: readonly [number, number],
): LawParameter => ({
  name,
  meaning,
  unit,
  lower: 0,
  upper: HUGE,
  start: range,
});

/** The level that remains at infinite scale. */
export const floor = (name = 'E', meaning = 'irreducible loss: what remains at infinite scale'): LawParameter => ({
  name,
  meaning,
  unit: 'nats/token',
  lower: 0,
  upper: HUGE,
  start: 'below-response',
});

/** All parameters, embeddings among them, and six FLOPs for each and each token. */
export const TOTAL_6ND: Partial<Conventions> = { params: 'total', flops: '6ND', loss: 'nats/token' };
export const NON_EMBEDDING: Partial<Conventions> = { params: 'non-embedding', flops: '6ND', loss: 'nats/token' };
