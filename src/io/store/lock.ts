import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { IsoflopError } from '../../core/terms/errors.ts';
import { makeFolder, writeAtomically } from '../files/atomic.ts';
import { fileError } from '../files/errors.ts';

/** Who drives a study. */
export interface DriverInfo {
  readonly pid: number;
  readonly host: string;
  /** ISO 8601. */
  readonly since: string;
}

export interface StudyLock {
  release(): void;
}

const infoPath = (folder: string): string => join(folder, 'driver.json');

function readInfo(folder: string): DriverInfo | undefined {
  try {
    return JSON.parse(readFileSync(infoPath(folder), 'utf8')) as DriverInfo;
  } catch {
    return undefined;
  }
}

/**
 * The right to drive a study: an exclusive SQLite transaction on a file of its own. The operating system takes it back
 * the moment the process ends, however it ends, so no stale lock can remain.
 */
export function acquireStudyLock(folder: string): StudyLock {
  makeFolder(folder);
  const lock = tryLock(folder);
  if (!lock) {
    const holder = readInfo(folder);
    const who = holder ? `process ${holder.pid} on ${holder.host}, since ${holder.since}` : 'another process';
    throw new IsoflopError('refused', `this study is being driven already, by ${who}`, {
      hint: 'Watch it with `isoflop study status`, or end it with `isoflop study stop`.',
    });
  }
  const info: DriverInfo = { pid: process.pid, host: hostname(), since: new Date().toISOString() };
  writeAtomically(infoPath(folder), `${JSON.stringify(info)}\n`);
  return lock;
}

/** The process that drives the study now, or undefined. */
export function currentDriver(folder: string): DriverInfo | undefined {
  const lock = tryLock(folder);
  if (!lock) return readInfo(folder);
  lock.release();
  return undefined;
}

function tryLock(folder: string): StudyLock | undefined {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(join(folder, 'driver.lock'), { timeout: 0 });
    database.exec('BEGIN EXCLUSIVE');
    const held = database;
    return { release: () => held.close() };
  } catch (cause) {
    database?.close();
    if ((cause as { errcode?: number }).errcode === 5) return undefined;
    throw fileError(Object.assign(cause as object, { code: 'EACCES' }), 'locking the study', folder);
  }
}
