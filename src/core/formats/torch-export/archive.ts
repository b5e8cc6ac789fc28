import type { JsonCursor } from '../json/cursor.ts';
import { parseJsonBytes } from '../json/parse.ts';
import { MOST_JSON_BYTES } from '../limits.ts';
import { refusal, within } from '../refusal.ts';
import type { ByteSource } from '../source.ts';
import { ZipArchive } from '../zip/archive.ts';

/** What a `.pt2` file says, before any node is looked at. */
export interface TorchExportDocument {
  /** The exported program: `graph_module` and `schema_version` are there. */
  readonly program: JsonCursor;
  readonly schemaVersion: { readonly major: number; readonly minor: number };
  /** The file in the archive that holds a weight, by the weight's name; tied weights share one. Empty in older archives. */
  readonly weightFiles: ReadonlyMap<string, string>;
  /** Name of the entry that the program was read from. */
  readonly entry: string;
  /** The bytes of a buffer or a constant; undefined where the archive keeps none by that name, or too many to be read here. */
  bytesOf(name: string): Uint8Array | undefined;
}

/** `<archive>/models/<name>.json`, as torch 2.7 and later write it; the model of the name `model` is the one that was saved. */
const IN_MODELS = /^(?:[^/]+\/)?models\/([^/]+)\.json$/;
/** As torch 2.1 to 2.6 wrote it. */
const SERIALIZED = /^(?:[^/]+\/)?serialized_exported_program\.json$/;

/** The schema's major versions that are read. 8 came with torch 2.6; 5 to 7 differ in fields that are not used here. */
const OLDEST_MAJOR = 5;
const NEWEST_MAJOR = 8;

/** Name of the entry that holds the exported program; undefined where the zip is no `.pt2` file. */
export function programEntry(archive: ZipArchive): string | undefined {
  const names = archive.entries.map(({ name }) => name);
  const models = names.filter((name) => IN_MODELS.test(name));
  return (
    models.find((name) => IN_MODELS.exec(name)![1] === 'model') ??
    models[0] ??
    names.find((name) => SERIALIZED.test(name))
  );
}

/** Reads a `.pt2` file of torch.export: a zip whose JSON holds the graph. Weights and pickles are not opened. */
export function readTorchExport(source: ByteSource): TorchExportDocument {
  const archive = new ZipArchive(source);
  const entry = programEntry(archive);
  if (entry === undefined)
    throw refusal('the zip has no models/model.json, so it is no .pt2 file of torch.export', {
      hint: 'Save it with torch.export.save(torch.export.export(model, args), "model.pt2").',
    });
  return within(entry, () => {
    const program = parseJsonBytes(archive.read(archive.find(entry)!, MOST_JSON_BYTES));
    program.get('graph_module').get('graph').object();
    return {
      program,
      schemaVersion: checkedVersion(program.get('schema_version')),
      weightFiles: filesOf(archive, WEIGHTS_CONFIG),
      entry,
      bytesOf: (name) => bytesOf(archive, name),
    };
  });
}

const WEIGHTS_CONFIG = /^(?:[^/]+\/)?data\/weights\/model_weights_config\.json$/;
const CONSTANTS_CONFIG = /^(?:[^/]+\/)?data\/constants\/model_constants_config\.json$/;

/** Masks and tables of positions of the longest contexts are larger; their values then stay in the file. */
const MOST_VALUE_BYTES = 4 * 2 ** 20;

function bytesOf(archive: ZipArchive, name: string): Uint8Array | undefined {
  for (const config of [WEIGHTS_CONFIG, CONSTANTS_CONFIG]) {
    const file = filesOf(archive, config).get(name);
    const folder = archive.find((entry) => config.test(entry))?.name.replace(/[^/]+$/, '');
    const entry = file === undefined ? undefined : archive.find(`${folder}${file}`);
    if (entry && entry.bytes <= MOST_VALUE_BYTES) return archive.read(entry, MOST_VALUE_BYTES);
  }
  return undefined;
}

function filesOf(archive: ZipArchive, config: RegExp): Map<string, string> {
  const entry = archive.entries.find(({ name }) => config.test(name));
  if (!entry) return new Map();
  return within(entry.name, () => {
    const config = parseJsonBytes(archive.read(entry, MOST_JSON_BYTES)).get('config');
    return new Map(config.keys().map((name) => [name, config.get(name).get('path_name').string()]));
  });
}

function checkedVersion(version: JsonCursor): TorchExportDocument['schemaVersion'] {
  const major = version.get('major').integer({ min: 0 });
  const minor = version.get('minor').integer({ min: 0 });
  if (major < OLDEST_MAJOR || major > NEWEST_MAJOR)
    throw version.refusal(
      `schema ${major}.${minor}; versions ${OLDEST_MAJOR} to ${NEWEST_MAJOR} are read`,
      'Export the model again with a PyTorch of 2.4 to 2.13.',
    );
  return { major, minor };
}
