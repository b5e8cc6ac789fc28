import type { HuggingFaceConfig } from './huggingface/config.ts';
import { readHuggingFaceConfig } from './huggingface/config.ts';
import { decodeText, parseJsonBytes } from './json/parse.ts';
import type { KerasDocument } from './keras/archive.ts';
import { readKerasArchive, readKerasJson } from './keras/archive.ts';
import { MOST_JSON_BYTES, MOST_YAML_BYTES } from './limits.ts';
import { readOnnx } from './onnx/read.ts';
import type { OnnxModel } from './onnx/types.ts';
import { refusal } from './refusal.ts';
import type { SafetensorsHeader } from './safetensors/header.ts';
import { readSafetensors } from './safetensors/header.ts';
import type { ShardedIndex } from './safetensors/sharded-index.ts';
import { readShardedIndex } from './safetensors/sharded-index.ts';
import { sniff, sniffJson } from './sniff.ts';
import type { ByteSource } from './source.ts';
import { readAll } from './source.ts';
import type { TorchExportDocument } from './torch-export/archive.ts';
import { readTorchExport } from './torch-export/archive.ts';

/** A file as its format's own document, checked but not interpreted. */
export type FileDocument =
  | ({ readonly format: 'keras' } & KerasDocument)
  | ({ readonly format: 'huggingface'; readonly text: string } & HuggingFaceConfig)
  | ({ readonly format: 'torch-export' } & TorchExportDocument)
  | { readonly format: 'onnx'; readonly model: OnnxModel; readonly source: ByteSource }
  | ({ readonly format: 'safetensors' } & SafetensorsHeader)
  | ({ readonly format: 'safetensors-index' } & ShardedIndex)
  /** Our own YAML or JSON. */
  | { readonly format: 'isoflop'; readonly text: string };

/** Reads any file of a model. What it is shows in its bytes; the name does not count. Keras 2's `.h5` is read by io, which has HDF5. */
export function readFileDocument(source: ByteSource): FileDocument {
  const kind = sniff(source);
  switch (kind) {
    case 'keras':
      return { format: 'keras', ...readKerasArchive(source) };
    case 'torch-export':
      return { format: 'torch-export', ...readTorchExport(source) };
    case 'onnx':
      return { format: 'onnx', model: readOnnx(source), source };
    case 'safetensors':
      return { format: 'safetensors', ...readSafetensors(source) };
    case 'json':
      return readJsonDocument(readAll(source, MOST_JSON_BYTES, 'the JSON text'));
    case 'text':
      return { format: 'isoflop', text: decodeText(readAll(source, MOST_YAML_BYTES, 'a model in YAML')) };
    case 'keras-h5':
      throw refusal('a Keras 2 file (.h5) is read only where HDF5 can be opened', {
        hint: 'Save it with Keras 3: model.save("model.keras").',
      });
  }
}

function readJsonDocument(bytes: Uint8Array): FileDocument {
  const document = parseJsonBytes(bytes);
  switch (sniffJson(document)) {
    case 'keras':
      return { format: 'keras', ...readKerasJson(document) };
    case 'huggingface':
      return { format: 'huggingface', text: decodeText(bytes), ...readHuggingFaceConfig(document) };
    case 'safetensors-index':
      return { format: 'safetensors-index', ...readShardedIndex(document) };
    case 'isoflop':
      return { format: 'isoflop', text: decodeText(bytes) };
  }
}
