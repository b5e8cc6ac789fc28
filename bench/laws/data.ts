/** The tables that the benchmark of laws fits, from ../shared/data beside the repository. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { lawById } from '../../src/core/laws/index.ts';
import type { Objective, Observations } from '../../src/core/laws/index.ts';
import { exp } from '../../src/core/math/elementary.ts';
import { Random } from '../../src/core/math/random.ts';
import { observe } from '../../src/core/observations/records.ts';
import { readRecords } from '../../src/io/records/read.ts';

const FOLDER = join(import.meta.dirname, '../../../shared/data');

export const LAW = lawById('chinchilla');
export const LOG_HUBER: Objective = { kind: 'huber', residual: 'log', delta: 1e-3 };
export const LINEAR_HUBER: Objective = { kind: 'huber', residual: 'linear', delta: 1e-3 };

export const hasData = (): boolean => existsSync(FOLDER);

/** The 240 runs of Hoffmann et al. 2022 as Besiroglu et al. 2024 read and cleaned them. */
export const chinchilla = (): Observations =>
  observe(readRecords(join(FOLDER, 'chinchilla/svg_extracted_data.csv')), {
    map: { params: 'Model Size', flops: 'Training FLOP', loss: 'loss' },
    dropHighestLoss: 5,
  });

/** Sets of the vpnls package's README that are at hand, and two more of their kind. */
export const surfaces = (): Record<string, Observations> => {
  const isoflops = (file: string, map: Record<string, string>): Observations =>
    observe(readRecords(join(FOLDER, 'isoflops', file)), { map });
  return {
    'ml-scalefit': isoflops('extract_ml_scalefit.csv', { flops: 'budget' }),
    misfitting: isoflops('extract_misfitting.csv', { flops: 'budget' }),
    chinchilla: isoflops('extract_epochai_chinchilla.csv', { flops: 'budget' }),
    dclm: isoflops('isoflop-dclm.csv', {
      params: 'parameter_count',
      tokens: 'throughput/total_tokens',
      loss: 'eval/paloma/macro_loss',
    }),
  };
};

/** A table of any size that obeys the law with noise of half a percent. */
export function simulated(rows: number): Observations {
  const random = new Random(1);
  const params = Float64Array.from({ length: rows }, () => exp(16 + 6 * random.next()));
  const tokens = params.map(() => exp(20 + 7 * random.next()));
  const loss = params.map((n, row) => 1.69 + 406 / n ** 0.34 + 410 / tokens[row] ** 0.28);
  const noisy = loss.map((value) => value * exp(0.005 * random.normal()));
  const runs = Array.from({ length: rows }, (_, row) => `${row}`);
  return { rows, columns: { params, tokens, loss: noisy }, runs, conventions: {}, exclusions: [] };
}

/** Rows of a table, a row as often as it is named. */
export function takeRows(data: Observations, rows: readonly number[]): Observations {
  const columns = Object.fromEntries(
    Object.entries(data.columns).map(([name, values]) => [name, Float64Array.from(rows, (row) => values[row])]),
  );
  return { ...data, rows: rows.length, columns, runs: rows.map((_, index) => `${index}`) };
}
