import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Measurement } from '../../core/schema/trial.ts';
import { IsoflopError } from '../../core/terms/errors.ts';
import { makeFolder } from '../files/atomic.ts';
import { fileError } from '../files/errors.ts';
import { MIGRATIONS, STORE_VERSION } from './schema.ts';

export type TrialState = 'planned' | 'running' | 'done' | 'diverged' | 'stuck' | 'failed';

export interface TrialRecord {
  readonly id: string;
  readonly role: string;
  readonly state: TrialState;
  /** The planned trial, as the study made it. */
  readonly plan: unknown;
  /** Why it is in this state, for people; null where the state says it all. */
  readonly reason: string | null;
}

export interface StoredMeasurement {
  readonly trial: string;
  readonly split: 'train' | 'validation';
  readonly step: number;
  /** Tokens of a text, or samples of other data, learnt from so far. */
  readonly seen: number;
  readonly loss: number;
  readonly lossError: number | null;
  readonly final: boolean;
  /** Numbers beside the loss, such as `accuracy`. */
  readonly metrics: Readonly<Record<string, number>>;
}

function measurementOf(row: Record<string, unknown>): StoredMeasurement {
  const metrics = row.metrics === null ? {} : (JSON.parse(row.metrics as string) as Record<string, number>);
  return { ...row, final: row.final === 1, metrics } as unknown as StoredMeasurement;
}

/** Names of a measurement that have a column, or belong to the attempt. */
const COLUMNS = new Set(['step', 'tokens', 'samples', 'split', 'loss', 'lossError', 'final', 'attempt', 'end']);

function metricsText(measurement: Measurement): string | null {
  const others = Object.entries(measurement).filter(([name, value]) => !COLUMNS.has(name) && Number.isFinite(value));
  return others.length > 0 ? JSON.stringify(Object.fromEntries(others)) : null;
}

/** How long a reader waits for a writer before it gives up. */
const BUSY_MILLISECONDS = 10_000;
/** SQLite's code for a full disk. */
const SQLITE_FULL = 13;

/**
 * The records of a study in `isoflop.db`. What a method has written when it returns survives a crash of the process and
 * of the machine (write-ahead log, full synchronisation). Readers never block the writer.
 */
export class Store {
  private readonly database: DatabaseSync;
  private readonly path: string;

  /** Opens the store of a study's folder and makes it where there is none. */
  static open(folder: string): Store {
    makeFolder(folder);
    return new Store(join(folder, 'isoflop.db'));
  }

  /** Opens a store that must exist, to read it. */
  static openExisting(folder: string): Store {
    const path = join(folder, 'isoflop.db');
    if (!existsSync(path)) {
      throw new IsoflopError('missing', `no study has been run in '${folder}'`, {
        hint: 'Start it with `isoflop study run`.',
      });
    }
    return new Store(path);
  }

  private constructor(path: string) {
    this.path = path;
    try {
      this.database = new DatabaseSync(path, { timeout: BUSY_MILLISECONDS });
      this.database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
    } catch (cause) {
      throw this.explain(cause);
    }
    this.migrate();
  }

  close(): void {
    this.database.close();
  }

  putTrial(trial: TrialRecord): void {
    this.run(
      `INSERT INTO trials (id, role, state, plan, reason) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET role = excluded.role, state = excluded.state, plan = excluded.plan, reason = excluded.reason`,
      [trial.id, trial.role, trial.state, JSON.stringify(trial.plan), trial.reason],
    );
  }

  trials(): TrialRecord[] {
    const rows = this.all('SELECT id, role, state, plan, reason FROM trials ORDER BY rowid', []);
    return rows.map((row) => ({ ...row, plan: JSON.parse(row.plan as string) }) as unknown as TrialRecord);
  }

  /** Adds measurements in one transaction. The same step again replaces the old one unless that is of a later attempt. */
  addMeasurements(trial: string, attempt: number, measurements: readonly Measurement[]): void {
    if (measurements.length === 0) return;
    this.run('BEGIN IMMEDIATE', []);
    try {
      for (const measurement of measurements) {
        const { split, step, tokens, samples, loss, lossError, final } = measurement;
        this.run(
          `INSERT INTO measurements (trial, split, step, attempt, seen, loss, lossError, final, metrics) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT (trial, split, step) DO UPDATE SET attempt = excluded.attempt, seen = excluded.seen, loss = excluded.loss,
             lossError = excluded.lossError, final = excluded.final, metrics = excluded.metrics
           WHERE excluded.attempt >= measurements.attempt`,
          [
            trial,
            split,
            step,
            attempt,
            tokens ?? samples ?? 0,
            loss,
            lossError ?? null,
            final ? 1 : 0,
            metricsText(measurement),
          ],
        );
      }
      this.run('COMMIT', []);
    } catch (error) {
      if (this.database.isTransaction) this.database.exec('ROLLBACK');
      throw error;
    }
  }

  /** Measurements of one trial in the order of their steps. */
  curve(trial: string): StoredMeasurement[] {
    const rows = this.all('SELECT * FROM measurements WHERE trial = ? ORDER BY step, split', [trial]);
    return rows.map(measurementOf);
  }

  /** The held-out loss after the last step of each trial that has one. */
  finals(): Map<string, StoredMeasurement> {
    const rows = this.all('SELECT * FROM measurements WHERE final = 1', []);
    return new Map(rows.map((row) => [row.trial as string, measurementOf(row)]));
  }

  putDocument(name: string, body: unknown): void {
    this.run('INSERT INTO documents (name, body) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET body = excluded.body', [
      name,
      JSON.stringify(body),
    ]);
  }

  document<T>(name: string): T | undefined {
    const [row] = this.all('SELECT body FROM documents WHERE name = ?', [name]);
    return row ? (JSON.parse(row.body as string) as T) : undefined;
  }

  private migrate(): void {
    const version = Number(this.all('PRAGMA user_version', [])[0].user_version);
    if (version > STORE_VERSION) {
      this.close();
      throw new IsoflopError(
        'refused',
        `the store was written by a newer isoflop (version ${version}, this one knows ${STORE_VERSION})`,
        {
          path: this.path,
          hint: 'Update isoflop, or choose another folder with `output:`.',
        },
      );
    }
    if (version === STORE_VERSION) return;
    this.run('BEGIN IMMEDIATE', []);
    // Another process may have done it while this one waited.
    const now = Number(this.all('PRAGMA user_version', [])[0].user_version);
    this.database.exec(`${MIGRATIONS.slice(now).join('')} PRAGMA user_version = ${STORE_VERSION};`);
    this.run('COMMIT', []);
  }

  private run(sql: string, values: (string | number | null)[]): void {
    try {
      this.database.prepare(sql).run(...values);
    } catch (cause) {
      throw this.explain(cause);
    }
  }

  private all(sql: string, values: (string | number | null)[]): Record<string, unknown>[] {
    try {
      return this.database.prepare(sql).all(...values);
    } catch (cause) {
      throw this.explain(cause);
    }
  }

  private explain(cause: unknown): Error {
    const { errcode, errstr } = cause as { errcode?: number; errstr?: string };
    if (errcode === SQLITE_FULL) return fileError({ code: 'ENOSPC' }, 'writing the store', this.path);
    return new IsoflopError('unavailable', `the store cannot be used: ${errstr ?? (cause as Error).message}`, {
      path: this.path,
      hint: 'Is the folder writable? A damaged store can be deleted: it is rebuilt from the trials.',
      cause,
    });
  }
}
