import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { globSync, isDynamicPattern } from 'tinyglobby';
import { IsoflopError } from '../../core/terms/errors.ts';
import { fileError } from '../files/errors.ts';

/** A file is read into one string; V8 holds at most 512 MiB. */
const LARGEST_FILE_BYTES = 256 << 20;

/** A text file, known by its content. */
export interface TextFile {
  readonly path: string;
  readonly bytes: number;
  /** SHA-256 of the content, hexadecimal. */
  readonly hash: string;
}

export interface TextFiles {
  /** One file for each different content, in the order of their hashes. */
  readonly files: readonly TextFile[];
  readonly duplicates: number;
  /** Files passed over, by reason. */
  readonly skipped: Readonly<Record<'binary' | 'not UTF-8' | 'empty' | 'too large', number>>;
}

/** All files in a folder and below it; `.git` and links are not followed. */
function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === '.git' ? [] : filesIn(path);
    return entry.isFile() ? [path] : [];
  });
}

/** Files that a path names: itself, all in a folder, or those that match a glob; relative to `base`. */
function expand(path: string, base: string): string[] {
  const absolute = resolve(base, path);
  const stats = lstatSync(absolute, { throwIfNoEntry: false });
  if (stats?.isFile()) return [absolute];
  if (!stats && !isDynamicPattern(path)) {
    throw new IsoflopError('missing', `no file or folder at '${path}' (looked for ${absolute})`, {
      path: 'data.paths',
      hint: 'Paths are relative to the study file.',
    });
  }
  const options = { cwd: base, absolute: true, dot: true, followSymbolicLinks: false, ignore: ['**/.git/**'] };
  const found = stats ? filesIn(absolute) : globSync(path, options);
  if (found.length === 0) {
    throw new IsoflopError('missing', `'${path}' holds or matches no file`, {
      path: 'data.paths',
      hint: 'Globs know *, **, ? and {a,b}; paths are relative to the study file.',
    });
  }
  return found;
}

/** Finds the text files that `paths` name and drops identical contents. Binary files are passed over and counted. */
export function findTextFiles(paths: readonly string[], base: string): TextFiles {
  const skipped = { binary: 0, 'not UTF-8': 0, empty: 0, 'too large': 0 };
  const byHash = new Map<string, TextFile>();
  let duplicates = 0;
  const names = [...new Set(paths.flatMap((path) => expand(path, base)))].sort();
  for (const path of names) {
    const stats = lstatSync(path);
    if (!stats.isFile()) continue;
    if (stats.size > LARGEST_FILE_BYTES) {
      skipped['too large'] += 1;
      continue;
    }
    const content = readContent(path);
    if (content.length === 0) skipped.empty += 1;
    else if (content.includes(0)) skipped.binary += 1;
    else if (!isUtf8(content)) skipped['not UTF-8'] += 1;
    else {
      const hash = createHash('sha256').update(content).digest('hex');
      if (byHash.has(hash)) duplicates += 1;
      else byHash.set(hash, { path, bytes: content.length, hash });
    }
  }
  const files = [...byHash.values()].sort((a, b) => (a.hash < b.hash ? -1 : 1));
  return { files, duplicates, skipped };
}

function readContent(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw fileError(cause, 'reading text', path);
  }
}

export const readText = (path: string): string => readContent(path).toString('utf8');
