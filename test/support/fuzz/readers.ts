import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import type { FileDocument } from '../../../src/core/formats/document.ts';
import { readFileDocument } from '../../../src/core/formats/document.ts';
import { readOnnx } from '../../../src/core/formats/onnx/read.ts';
import type { OnnxModel } from '../../../src/core/formats/onnx/types.ts';
import { writeOnnx } from '../../../src/core/formats/onnx/write.ts';
import { refusal } from '../../../src/core/formats/refusal.ts';
import type { ByteSource } from '../../../src/core/formats/source.ts';
import { sourceOf } from '../../../src/core/formats/source.ts';
import { readKerasH5 } from '../../../src/io/models/keras-h5.ts';
import type { Mutation } from './bytes.ts';
import { BYTE_MUTATIONS } from './bytes.ts';
import { DATA_READERS } from './data.ts';
import { HOSTILE_JSON, madeConfigs, mutateJson } from './json.ts';
import { HOSTILE_ONNX, ONNX_MUTATIONS } from './onnx.ts';
import { analyzed, familySeeds } from './models.ts';
import { HOSTILE_SAFETENSORS, madeSafetensors, mutateHeader } from './safetensors.ts';
import { hostileZips, ZIP_MUTATIONS } from './zip.ts';

/** A kind of files: whole ones, and what is done to them. */
interface FileKind {
  /** Whole files to begin with. */
  readonly seeds: () => readonly Uint8Array[];
  readonly mutations: readonly Mutation[];
  /** Files made by hand to do harm. */
  readonly hostile: readonly (() => Uint8Array)[];
}

/** A reader under test. */
export interface FuzzedReader extends FileKind {
  readonly name: string;
  /** Reads the file; throws an IsoflopError where it is refused, and any other error where the answer is wrong. */
  readonly read: (bytes: Uint8Array) => unknown;
  /** How users read it, where `read` is a library that may crash or hang: in a process of its own. It is asked about those files. */
  readonly contained?: (bytes: Uint8Array) => unknown;
}

/** Whether it goes on to what the model costs. */
export const isWhole = ({ name }: FuzzedReader): boolean => name.endsWith(' model');

const MODELS = joinPath(import.meta.dirname, '../../golden/models');
/** More and larger files are no better seeds. */
const MOST_SEEDS = 24;

/** The smallest golden files of a folder whose names end so, and files made here. */
const golden =
  (folder: string, end: string, made: () => readonly Uint8Array[] = () => []) =>
  (): Uint8Array[] => {
    const path = joinPath(MODELS, folder);
    const names = existsSync(path) ? readdirSync(path, { recursive: true, encoding: 'utf8' }) : [];
    const files = names
      .filter((name) => name.endsWith(end))
      .map((name) => new Uint8Array(readFileSync(joinPath(path, name))))
      .toSorted((a, b) => a.length - b.length);
    return [...made(), ...files].slice(0, MOST_SEEDS);
  };

const JSON_MUTATIONS: readonly Mutation[] = [...BYTE_MUTATIONS, ...BYTE_MUTATIONS.map(() => mutateJson)];

const KINDS = {
  'keras-json': { seeds: golden('keras', '.json'), mutations: JSON_MUTATIONS, hostile: HOSTILE_JSON },
  keras: {
    seeds: golden('keras', '.keras'),
    mutations: ZIP_MUTATIONS,
    hostile: hostileZips('config.json', 'metadata.json'),
  },
  'keras-h5': { seeds: golden('keras2', '.h5'), mutations: BYTE_MUTATIONS, hostile: [] },
  onnx: { seeds: golden('onnx', '.onnx'), mutations: ONNX_MUTATIONS, hostile: HOSTILE_ONNX },
  'torch-export': {
    seeds: golden('torch-export', '.pt2'),
    mutations: ZIP_MUTATIONS,
    hostile: hostileZips('m/models/model.json', 'm/version'),
  },
  huggingface: { seeds: golden('huggingface', '.json', madeConfigs), mutations: JSON_MUTATIONS, hostile: HOSTILE_JSON },
  family: { seeds: familySeeds, mutations: JSON_MUTATIONS, hostile: HOSTILE_JSON },
  safetensors: {
    seeds: golden('safetensors', '.safetensors', madeSafetensors),
    mutations: [...BYTE_MUTATIONS, ...BYTE_MUTATIONS.map(() => mutateHeader)],
    hostile: HOSTILE_SAFETENSORS,
  },
} as const satisfies Record<string, FileKind>;

/** A reader in core of files of one kind. */
const reader = (name: string, kind: keyof typeof KINDS, read: (source: ByteSource) => unknown): FuzzedReader => ({
  name,
  ...KINDS[kind],
  read: (bytes) => read(sourceOf(bytes)),
});

/** Every reader, one line each. */
export const FUZZED_READERS: readonly FuzzedReader[] = [
  reader('keras-json bytes', 'keras-json', readFileDocument),
  reader('keras bytes', 'keras', readFileDocument),
  reader('onnx bytes', 'onnx', (source) => writtenAgain(readFileDocument(source))),
  reader('torch-export bytes', 'torch-export', readFileDocument),
  reader('huggingface bytes', 'huggingface', readFileDocument),
  reader('safetensors bytes', 'safetensors', (source) => countsAgree(readFileDocument(source), source)),
  {
    name: 'keras-h5 bytes',
    ...KINDS['keras-h5'],
    read: (bytes) => withFile(bytes, textsOrRefusal),
    contained: (bytes) => withFile(bytes, readKerasH5),
  },
  reader('keras-json model', 'keras-json', analyzed),
  reader('keras model', 'keras', analyzed),
  reader('onnx model', 'onnx', analyzed),
  reader('torch-export model', 'torch-export', analyzed),
  reader('huggingface model', 'huggingface', analyzed),
  reader('family model', 'family', analyzed),
  ...DATA_READERS,
];

/** Writing a larger model would count as the time of reading it. */
const MOST_WRITTEN_BYTES = 2 ** 20;

/** An ONNX model that was read can be written, and then reads the same. */
function writtenAgain(document: FileDocument): FileDocument {
  if (document.format !== 'onnx' || document.source.size > MOST_WRITTEN_BYTES) return document;
  const again = readOnnx(sourceOf(writeOnnx(document.model, document.source)));
  if (plain(again) !== plain(document.model)) throw new Error('the model written again reads otherwise');
  return document;
}

/** A model without the places of its parts in the file. */
const plain = (model: OnnxModel): string =>
  JSON.stringify(model, (key, value: unknown) =>
    key === 'source' || key === 'opaqueType' ? undefined : typeof value === 'bigint' ? `${value}n` : value,
  );

/** Tensors lie within the file. */
function countsAgree(document: FileDocument, { size }: ByteSource): FileDocument {
  if (document.format === 'safetensors' && document.tensors.some(({ start, end }) => start > end || end > size))
    throw new Error('a tensor lies outside of the file');
  return document;
}

async function textsOrRefusal(path: string): Promise<unknown> {
  const { readH5Texts } = await import('../../../src/io/models/keras-h5-texts.ts');
  const texts = readH5Texts(path);
  if ('fault' in texts) throw refusal(texts.fault);
  return texts;
}

/** Gives the bytes as a file to a reader that wants a path. */
async function withFile(bytes: Uint8Array, read: (path: string) => Promise<unknown>): Promise<unknown> {
  const folder = mkdtempSync(joinPath(tmpdir(), 'isoflop-fuzz-'));
  try {
    const path = joinPath(folder, 'model.h5');
    writeFileSync(path, bytes);
    return await read(path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
