/** Version of the tables, kept in SQLite's user_version. */
export const STORE_VERSION = 2;

/**
 * What makes each version of `isoflop.db` from the one before, the first from nothing. Documents are JSON that carries its own schema
 * name and version. `seen` is what was learnt from up to a step: tokens of a text, samples of other data; `metrics` are named numbers
 * beside the loss, as JSON.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE trials (
    id TEXT PRIMARY KEY,
    role TEXT NOT NULL,
    state TEXT NOT NULL,
    plan TEXT NOT NULL,
    reason TEXT
  ) STRICT;
  CREATE TABLE measurements (
    trial TEXT NOT NULL,
    split TEXT NOT NULL,
    step INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    tokens INTEGER NOT NULL,
    loss REAL,
    lossError REAL,
    final INTEGER NOT NULL,
    PRIMARY KEY (trial, split, step)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE documents (
    name TEXT PRIMARY KEY,
    body TEXT NOT NULL
  ) STRICT;
`,
  `
  ALTER TABLE measurements RENAME COLUMN tokens TO seen;
  ALTER TABLE measurements ADD COLUMN metrics TEXT;
`,
];
