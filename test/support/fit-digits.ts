import { CATALOGUE, fitLaw, ownLaw } from '../../src/core/laws/index.ts';
import type { Law, Objective, Observations } from '../../src/core/laws/index.ts';
import { bootstrapFits } from '../../src/core/laws/uncertainty/bootstrap.ts';

/** A fit to make, as data that a page can be sent. */
export interface DigitsCase {
  /** A law of the catalogue, or `own`. */
  readonly law: string;
  /** Of `own`. */
  readonly formula?: string;
  readonly objective: Objective;
  readonly columns: Readonly<Record<string, readonly number[]>>;
  /** Draws of a bootstrap. */
  readonly draws: number;
}

const lawOf = ({ law, formula, columns }: DigitsCase): Law =>
  formula === undefined ? CATALOGUE.find(({ id }) => id === law)! : ownLaw(formula, { columns: Object.keys(columns) });

/** Fits and refits a case: every digit of it, as text. Runs in Node and in a browser's worker alike. */
export function fitDigits(one: DigitsCase): string {
  const columns = Object.fromEntries(
    Object.entries(one.columns).map(([name, values]) => [name, Float64Array.from(values)]),
  );
  const rows = Object.values(columns)[0].length;
  const runs = Array.from({ length: rows }, (_, row) => `${row}`);
  const data: Observations = { rows, columns, runs, conventions: {}, exclusions: [] };
  const fit = fitLaw(lawOf(one), data, { objective: one.objective });
  return JSON.stringify({ fit, draws: bootstrapFits(fit, data, { draws: one.draws }) });
}
