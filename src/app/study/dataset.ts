import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '../../core/math/random.ts';
import { datasetManifestSchema } from '../../core/schema/dataset.ts';
import type { DatasetManifest } from '../../core/schema/dataset.ts';
import { IsoflopError } from '../../core/terms/errors.ts';
import { counted } from '../../core/terms/names.ts';
import type { ProgressListener } from '../../core/terms/progress.ts';
import { END_OF_DOCUMENT, Tokenizer } from '../../engine/data/tokenizer/tokenizer.ts';
import { trainMerges } from '../../engine/data/tokenizer/train.ts';
import { findTextFiles, readText } from '../../io/datasets/text-files.ts';
import type { TextFile, TextFiles } from '../../io/datasets/text-files.ts';
import { TokenWriter } from '../../io/datasets/tokens.ts';
import { makeFolder, writeAtomically } from '../../io/files/atomic.ts';
import { fileError } from '../../io/files/errors.ts';

/** Text that the vocabulary is trained on, in UTF-16 units: more does not change its first thousands of merges. */
const SAMPLE_LENGTH = 4_000_000;
/** Share of one document that the sample may take, so that no single file decides the vocabulary. */
const SAMPLE_PER_DOCUMENT = 20_000;

export interface TextDataOptions {
  readonly paths: readonly string[];
  /** Folder that relative paths start from. */
  readonly base: string;
  readonly vocabulary: 'bytes' | number;
  /** Share of the bytes to hold out. */
  readonly validation: number;
  /** Decides which documents are held out. */
  readonly seed: number;
  /** Folder in which tokenised data sets are kept, one folder each. */
  readonly cache: string;
  /** Fewest tokens that each part must have: the training part a batch, the held-out part a few windows. */
  readonly least: { readonly train: number; readonly validation: number };
  readonly signal?: AbortSignal;
  readonly onProgress?: ProgressListener;
}

export interface Dataset {
  readonly folder: string;
  readonly manifest: DatasetManifest;
  /** Files passed over, by reason; zeros left out. */
  readonly skipped: Readonly<Record<string, number>>;
}

/** A document, or a piece of one, that belongs to one part. */
interface Document {
  readonly file: TextFile;
  /** Share of the text, from start to end, both in [0, 1]. */
  readonly from: number;
  readonly to: number;
}

interface Split {
  readonly kind: DatasetManifest['split'];
  readonly train: readonly Document[];
  readonly validation: readonly Document[];
}

/** Tokenises text, or finds that it was done before with the same files and options. */
export function prepareText(options: TextDataOptions): Dataset {
  options.onProgress?.({ stage: 'data', done: 0, note: 'reading files' });
  const found = findTextFiles(options.paths, options.base);
  const skipped = Object.fromEntries(Object.entries(found.skipped).filter(([, count]) => count > 0));
  if (found.files.length === 0) {
    throw new IsoflopError('invalid-input', `the corpus is empty: ${describeSkipped(skipped)}`, {
      path: 'data.paths',
      hint: 'Name files or folders that hold UTF-8 text.',
    });
  }
  const fingerprint = fingerprintOf(options, found.files);
  const folder = join(options.cache, fingerprint.slice(0, 16));
  const manifest = readManifest(folder, fingerprint) ?? tokenize(options, found, fingerprint, folder);
  checkSize(manifest, options.least);
  return { folder, manifest, skipped };
}

const describeSkipped = (skipped: Record<string, number>): string =>
  Object.entries(skipped)
    .map(([reason, count]) => `${counted(count, 'file')} ${reason}`)
    .join(', ') || 'no file has any text';

function fingerprintOf({ vocabulary, validation, seed }: TextDataOptions, files: readonly TextFile[]): string {
  const hash = createHash('sha256').update(JSON.stringify(['isoflop.dataset/1', vocabulary, validation, seed]));
  for (const file of files) hash.update(file.hash);
  return hash.digest('hex');
}

function readManifest(folder: string, fingerprint: string): DatasetManifest | undefined {
  const path = join(folder, 'manifest.json');
  if (!existsSync(path)) return undefined;
  const parsed = datasetManifestSchema.safeParse(JSON.parse(readFileSync(path, 'utf8')));
  return parsed.success && parsed.data.fingerprint === fingerprint ? parsed.data : undefined;
}

/**
 * Documents in the order of a seeded hash go to the held-out part while it stays within its share of the bytes. Where that
 * gives less than half of the share (one file, or a few large ones), each file is cut instead: one piece of it, at a place
 * that the seed decides, is held out.
 */
function splitDocuments(files: readonly TextFile[], share: number, seed: number): Split {
  const total = files.reduce((sum, file) => sum + file.bytes, 0);
  const rank = (file: TextFile): string => createHash('sha256').update(`${seed}:${file.hash}`).digest('hex');
  const ordered = files.map((file) => ({ file, rank: rank(file) })).sort((a, b) => (a.rank < b.rank ? -1 : 1));
  const [train, validation]: Document[][] = [[], []];
  let heldOut = 0;
  for (const { file } of ordered) {
    const fits = heldOut + file.bytes <= share * total;
    if (fits) heldOut += file.bytes;
    (fits ? validation : train).push({ file, from: 0, to: 1 });
  }
  if (heldOut >= (share * total) / 2) return { kind: 'by-document', train, validation };
  const random = new Random(seed);
  const cuts = files.map((file) => ({ file, at: random.next() * (1 - share) }));
  return {
    kind: 'contiguous',
    train: cuts.flatMap(({ file, at }) => [
      { file, from: 0, to: at },
      { file, from: at + share, to: 1 },
    ]),
    validation: cuts.map(({ file, at }) => ({ file, from: at, to: at + share })),
  };
}

/** The document's text; pieces are cut between whole characters. */
function textOf({ file, from, to }: Document): string {
  const text = readText(file.path);
  if (from === 0 && to === 1) return text;
  const at = (share: number): number => {
    const index = Math.round(share * text.length);
    const isInsidePair = (text.charCodeAt(index) & 0xfc00) === 0xdc00;
    return isInsidePair ? index + 1 : index;
  };
  return text.slice(at(from), at(to));
}

function* sampleOf(documents: readonly Document[]): Generator<string> {
  let length = 0;
  for (const document of documents) {
    if (length >= SAMPLE_LENGTH) return;
    // A short corpus of few files is sampled whole: there is nothing else to be representative of.
    const most = Math.max(SAMPLE_PER_DOCUMENT, Math.ceil(SAMPLE_LENGTH / documents.length));
    const text = textOf(document).slice(0, most);
    length += text.length;
    yield text;
  }
}

function tokenize(options: TextDataOptions, found: TextFiles, fingerprint: string, folder: string): DatasetManifest {
  makeFolder(options.cache);
  let work: string;
  try {
    work = mkdtempSync(join(options.cache, '.making-'));
  } catch (cause) {
    throw fileError(cause, 'writing tokens', options.cache);
  }
  try {
    const manifest = writeTokens(options, found, fingerprint, work);
    rmSync(folder, { recursive: true, force: true });
    renameSync(work, folder);
    return manifest;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function writeTokens(options: TextDataOptions, found: TextFiles, fingerprint: string, folder: string): DatasetManifest {
  const split = splitDocuments(found.files, options.validation, options.seed);
  options.onProgress?.({ stage: 'data', done: 0, note: 'training the vocabulary' });
  const merges = options.vocabulary === 'bytes' ? [] : trainMerges(sampleOf(split.train), options.vocabulary);
  const tokenizer = new Tokenizer(merges);
  const all = split.train.length + split.validation.length;
  let done = 0;
  const writePart = (name: string, documents: readonly Document[]): PartCounts => {
    const counts = { tokens: 0, bytes: 0, byToken: new Float64Array(tokenizer.vocabulary) };
    const writer = new TokenWriter(join(folder, `${name}.bin`));
    for (const document of documents) {
      options.signal?.throwIfAborted();
      const text = textOf(document);
      const tokens = tokenizer.encode(text);
      writer.append(tokens);
      writer.append([END_OF_DOCUMENT]);
      counts.bytes += Buffer.byteLength(text);
      for (const token of tokens) counts.byToken[token] += 1;
      counts.byToken[END_OF_DOCUMENT] += 1;
      done += 1;
      if (done % 20 === 0) options.onProgress?.({ stage: 'data', done, total: all, note: 'tokenising' });
    }
    writer.close();
    return { ...counts, tokens: writer.length };
  };
  const train = writePart('train', split.train);
  const validation = writePart('validation', split.validation);
  const manifest: DatasetManifest = {
    schema: 'isoflop.dataset/1',
    vocabulary: tokenizer.vocabulary,
    tokenizer: options.vocabulary === 'bytes' ? 'bytes' : 'bpe',
    documents: found.files.length,
    duplicates: found.duplicates,
    bytes: train.bytes + validation.bytes,
    trainTokens: train.tokens,
    validationTokens: validation.tokens,
    bytesPerToken: validation.bytes / Math.max(1, validation.tokens),
    unigramLoss: unigramLoss(train, validation),
    split: split.kind,
    fingerprint,
  };
  writeAtomically(join(folder, 'tokenizer.json'), JSON.stringify({ schema: 'isoflop.tokenizer/1', merges }));
  writeAtomically(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}

interface PartCounts {
  readonly tokens: number;
  readonly bytes: number;
  readonly byToken: Float64Array;
}

/** Held-out loss, in nats a token, of knowing only how frequent each token is (one is added to every count). */
function unigramLoss(train: PartCounts, validation: PartCounts): number {
  const total = train.tokens + train.byToken.length;
  const sum = validation.byToken.reduce(
    (loss, count, token) => loss - count * Math.log((train.byToken[token] + 1) / total),
    0,
  );
  return sum / Math.max(1, validation.tokens);
}

function checkSize(manifest: DatasetManifest, least: TextDataOptions['least']): void {
  const parts = [
    ['training', manifest.trainTokens, least.train],
    ['held-out', manifest.validationTokens, least.validation],
  ] as const;
  for (const [name, tokens, wanted] of parts) {
    if (tokens >= wanted) continue;
    const factor = Math.ceil(wanted / Math.max(1, tokens));
    throw new IsoflopError('invalid-input', `the ${name} part has ${tokens} tokens; at least ${wanted} are needed`, {
      path: 'data.paths',
      hint: `Give about ${factor} times as much text (now ${manifest.bytes} bytes), or a smaller batch and context.`,
    });
  }
}
