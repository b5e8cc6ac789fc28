import { readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { studySchema } from '../../core/schema/study.ts';
import type { Study } from '../../core/schema/study.ts';
import { IsoflopError } from '../../core/terms/errors.ts';
import { jsonSchemaOf, parseChecked } from '../../io/files/yaml.ts';

const WORDS = { whole: 'the study', help: '`isoflop study schema` prints every key with its meaning.' };

/** A study file is a page of text; anything larger is a mistake. */
const LARGEST_FILE_BYTES = 1 << 20;

export interface StudyFile {
  readonly study: Study;
  /** Absolute path of the YAML file. */
  readonly path: string;
  /** Absolute folder that relative data paths start from. */
  readonly base: string;
  /** Absolute folder of the study's results. */
  readonly output: string;
}

/** Reads and checks a study; `path` may also be a folder that holds a `study.yaml`. Errors carry file:line:column. */
export function readStudyFile(path: string): StudyFile {
  const file = locate(path);
  const study = parseStudy(readFileSync(file, 'utf8'), path);
  const base = dirname(file);
  return { study, path: file, base, output: resolve(base, study.output ?? join('runs', study.name)) };
}

function locate(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) {
    throw new IsoflopError('missing', `no study file at '${path}'`, {
      hint: 'Write one with `isoflop study init study.yaml`.',
    });
  }
  if (stats.isDirectory()) return locate(join(resolve(path), 'study.yaml'));
  if (stats.size > LARGEST_FILE_BYTES) {
    throw new IsoflopError('invalid-input', `'${basename(path)}' has ${stats.size} bytes; a study has at most 1 MiB`, {
      hint: 'Is this a study file?',
    });
  }
  return resolve(path);
}

/** Parses the YAML text of a study; `name` is the file's name in error messages. */
export const parseStudy = (text: string, name: string): Study => parseChecked(studySchema, text, name, WORDS).value;

/** The JSON Schema (draft 2020-12) of a study file, for editors. */
export const studyJsonSchema = (): object => jsonSchemaOf(studySchema);
