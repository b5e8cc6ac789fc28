import { z } from 'zod';
import { IsoflopError } from '../terms/errors.ts';
import { listed, nearNames } from '../terms/names.ts';
import { analysisSchema } from './analysis.ts';
import { comparisonSchema } from './comparison.ts';
import { comparisonResultSchema } from './comparison-result.ts';
import { devicesSchema } from './devices.ts';
import { diffSchema } from './diff.ts';
import { errorSchema } from './error.ts';
import { lawSchema } from './law.ts';
import { presetsSchema } from './presets.ts';
import { scaleSchema } from './scale.ts';
import { schemasSchema } from './schemas.ts';
import { studySchema } from './study.ts';
import { targetSchema } from './target.ts';
import { trainingSchema } from './training.ts';
import { trainingResultSchema } from './training-result.ts';
import { trialSpecSchema } from './trial.ts';

/** A format that isoflop prints or reads. */
export interface PublishedDocument {
  /** Such as `analysis` for `isoflop.analysis/1`. */
  readonly name: string;
  readonly version: number;
  /** The command that prints it with `--json`, or what reads it. */
  readonly where: string;
  /** `output`: isoflop writes it, every default is filled in; `input`: a person or program writes it. */
  readonly direction: 'output' | 'input';
  readonly schema: z.ZodType;
}

const output = (name: string, where: string, schema: z.ZodType): PublishedDocument => ({
  ...{ name, version: 1, where, direction: 'output', schema },
});
const input = (name: string, where: string, schema: z.ZodType): PublishedDocument => ({
  ...{ name, version: 1, where, direction: 'input', schema },
});

/** Every format with a published schema. */
export const DOCUMENTS: readonly PublishedDocument[] = [
  output('analysis', 'isoflop analyze --json', analysisSchema),
  output('scale', 'isoflop scale --json', scaleSchema),
  output('target', 'isoflop scale --target --json', targetSchema),
  output('diff', 'isoflop diff --json', diffSchema),
  output('devices', 'isoflop devices --json', devicesSchema),
  output('presets', 'isoflop presets --json', presetsSchema),
  output('schemas', 'isoflop schema --json', schemasSchema),
  output('training-result', 'isoflop train FILE --json', trainingResultSchema),
  output('comparison-result', 'isoflop study run FILE --json, of a comparison', comparisonResultSchema),
  output('error', 'every command with --json, where it fails', errorSchema),
  input('law', 'isoflop fit RECORDS --law FILE', lawSchema),
  input('study', 'isoflop study run FILE', studySchema),
  input('training', 'isoflop train FILE', trainingSchema),
  input('comparison', 'isoflop study run FILE', comparisonSchema),
  input('trial', 'spec.json, which a trainer reads', trialSpecSchema),
];

/** The name and version that a document carries: `isoflop.analysis/1`. */
export const documentId = ({ name, version }: Pick<PublishedDocument, 'name' | 'version'>): string =>
  `isoflop.${name}/${version}`;

/** The format of a name: `analysis`, `isoflop.analysis/1`, or the command that prints it. Throws `missing` with near names. */
export function documentOf(name: string): PublishedDocument {
  const found =
    DOCUMENTS.find((one) => one.name === name || documentId(one) === name) ??
    DOCUMENTS.find(({ where }) => where === `isoflop ${name} --json`);
  if (found) return found;
  const names = DOCUMENTS.map((one) => one.name);
  const near = nearNames(name, names);
  throw new IsoflopError('missing', `no format is called '${name}'`, {
    hint: `${near.length > 0 ? `Near names: ${listed(near)}. ` : ''}Formats are ${names.join(', ')}.`,
  });
}

/** The JSON Schema (draft 2020-12) of a format. Where isoflop writes it, properties that it does not name are refused. */
export const publishedSchema = ({ schema, direction, ...document }: PublishedDocument): object => ({
  title: documentId(document),
  ...z.toJSONSchema(schema, { target: 'draft-2020-12', io: direction, unrepresentable: 'any' }),
});
