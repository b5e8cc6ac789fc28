/** Version of the tables, kept in SQLite's user_version. */
export const STORE_VERSION = 1;

/** Tables of `isoflop.db`. Documents are JSON that carries its own schema name and version. */
export const TABLES = `
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
`;
