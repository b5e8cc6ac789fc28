import { IsoflopError } from '../terms/errors.ts';
import type { JsonCursor } from './json/cursor.ts';
import { isHuggingFaceConfig } from './huggingface/config.ts';
import { isKerasArchive, isKerasModel } from './keras/archive.ts';
import { refusal } from './refusal.ts';
import type { ByteSource } from './source.ts';
import { programEntry } from './torch-export/archive.ts';
import { ZipArchive } from './zip/archive.ts';

/** What a file is, told from its bytes. */
export type FileKind = 'keras' | 'keras-h5' | 'onnx' | 'torch-export' | 'safetensors' | 'json' | 'text';

/** So many bytes tell what a file is. */
const HEAD_BYTES = 4096;

const READABLE =
  'Readable: Keras (.keras, .h5, JSON), ONNX, torch.export (.pt2), Hugging Face config.json, safetensors, isoflop YAML.';

const TORCH_EXPORT =
  'Export the model itself: torch.export.save(torch.export.export(model, (example,)), "model.pt2"), or torch.onnx.export.';

/** Tells a file's kind from its first bytes, or the entries of a zip; never from its name. */
export function sniff(source: ByteSource): FileKind {
  const head = source.read(0, Math.min(HEAD_BYTES, source.size));
  if (head.length === 0) throw refusal('the file is empty');
  if (startsWith(head, ZIP) || startsWith(head, EMPTY_ZIP)) return sniffZip(new ZipArchive(source));
  if (startsWith(head, HDF5)) return 'keras-h5';
  refuseForeign(head);
  if (head.length > 8 && head[8] === OPENING_BRACE && head[7] === 0 && head[6] === 0) return 'safetensors';
  if (isText(head, head.length === source.size)) return startsWithBrace(head) ? 'json' : 'text';
  if (head[0] === ONNX_IR_VERSION || head[0] === ONNX_GRAPH) return 'onnx';
  throw refusal('the file is of no kind that is known here', { hint: READABLE });
}

/** The document that a JSON text is. */
export type JsonKind = 'keras' | 'huggingface' | 'safetensors-index' | 'isoflop';

/** Tells what a JSON document describes by the keys at its root. */
export function sniffJson(document: JsonCursor): JsonKind {
  if (!document.isObject) throw document.unlike('an object that describes a model', READABLE);
  if (isKerasModel(document)) return 'keras';
  if (isHuggingFaceConfig(document)) return 'huggingface';
  if (document.has('weight_map')) return 'safetensors-index';
  if (document.has('family')) return 'isoflop';
  const keys = document.keys().slice(0, 6).join(', ').slice(0, 200);
  throw document.refusal(
    `the JSON describes no model that is known here: its keys are ${keys || 'none'}`,
    'Keras JSON has class_name and config, a Hugging Face config.json has model_type, our own has family.',
  );
}

const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

const ZIP = bytesOf('PK\x03\x04');
const EMPTY_ZIP = bytesOf('PK\x05\x06');
const HDF5 = bytesOf('\x89HDF\r\n\x1a\n');
const OPENING_BRACE = 0x7b;
/** Tags of ModelProto's first field, ir_version, and of its graph: writers write fields in order. */
const ONNX_IR_VERSION = 0x08;
const ONNX_GRAPH = 0x3a;

const startsWith = (head: Uint8Array, magic: Uint8Array, at = 0): boolean =>
  magic.every((byte, index) => head[at + index] === byte);

interface Foreign {
  readonly magic: Uint8Array;
  readonly at: number;
  readonly what: string;
  readonly remedy: string;
}

const FOREIGN: readonly Foreign[] = [
  { magic: bytesOf('GGUF'), at: 0, what: 'a GGUF file', remedy: "Give the model's config.json from Hugging Face." },
  {
    magic: bytesOf('TFL3'),
    at: 4,
    what: 'a TensorFlow Lite file',
    remedy: 'Give the Keras model it was made from: model.save("model.keras").',
  },
  { magic: bytesOf('ET12'), at: 4, what: 'an ExecuTorch file', remedy: TORCH_EXPORT },
  {
    magic: bytesOf('\x93NUMPY'),
    at: 0,
    what: 'a NumPy array',
    remedy: 'An array says nothing of layers; give the model.',
  },
  {
    magic: bytesOf('\x08\x01\x12'),
    at: 0,
    what: 'a TensorFlow SavedModel',
    remedy: 'Save the Keras model: model.save("model.keras"), or convert it with tf2onnx.',
  },
  ...[2, 3, 4, 5].map((protocol) => ({
    magic: Uint8Array.of(0x80, protocol),
    at: 0,
    what: 'a Python pickle',
    remedy: TORCH_EXPORT,
  })),
];

/** Files that hold models but cannot be read safely, or say too little. */
function refuseForeign(head: Uint8Array): void {
  const found = FOREIGN.find(({ magic, at }) => startsWith(head, magic, at));
  if (found) throw new IsoflopError('refused', `this is ${found.what}, which is not read here`, { hint: found.remedy });
}

function sniffZip(archive: ZipArchive): FileKind {
  if (isKerasArchive(archive)) return 'keras';
  if (programEntry(archive) !== undefined) return 'torch-export';
  const ends = (end: string): boolean => archive.find((name) => name.endsWith(end)) !== undefined;
  const refused = (what: string, hint: string): IsoflopError =>
    new IsoflopError('refused', `this is ${what}, which is not read here`, { hint });
  if (ends('constants.pkl') || archive.find((name) => /(^|\/)code\//.test(name)))
    throw refused('a TorchScript archive (code inside pickles)', TORCH_EXPORT);
  if (ends('data.pkl')) throw refused('a PyTorch pickle (torch.save: code may run when it is opened)', TORCH_EXPORT);
  if (ends('.npy')) throw refused('an archive of NumPy arrays', 'Arrays say nothing of layers; give the model.');
  if (ends('saved_model.pb'))
    throw refused('a zipped TensorFlow SavedModel', 'Save the Keras model: model.save("model.keras").');
  const names = archive.entries
    .slice(0, 5)
    .map(({ name }) => name)
    .join(', ')
    .slice(0, 200);
  throw refusal(`the zip holds no model that is known here: ${names || 'it is empty'}`, { hint: READABLE });
}

/** Whether the bytes are text in UTF-8 without control characters; a character may be cut at the end of a head. */
function isText(head: Uint8Array, whole: boolean): boolean {
  if (head.some((byte) => byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d)) return false;
  const ends = whole ? [head.length] : [0, 1, 2, 3].map((cut) => head.length - cut);
  return ends.some((end) => {
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(head.subarray(0, end));
      return true;
    } catch {
      return false;
    }
  });
}

const startsWithBrace = (head: Uint8Array): boolean => /^\uFEFF?\s*[{[]/.test(new TextDecoder('utf-8').decode(head));
