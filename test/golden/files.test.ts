import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { FileDocument } from '../../src/core/formats/document.ts';
import { readFileDocument } from '../../src/core/formats/document.ts';
import { readOnnx } from '../../src/core/formats/onnx/read.ts';
import type { OnnxModel } from '../../src/core/formats/onnx/types.ts';
import { writeOnnx } from '../../src/core/formats/onnx/write.ts';
import { sourceOf } from '../../src/core/formats/source.ts';
import { readModelFile } from '../../src/io/models/read-file.ts';

const MODELS = join(import.meta.dirname, 'models');

const filesIn = (folder: string): string[] =>
  readdirSync(join(MODELS, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.md'))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();

const read = (path: string): FileDocument => readFileDocument(sourceOf(readFileSync(path)));

/** Files that the frameworks themselves wrote are told by their bytes alone. */
describe('each golden file is read as what it is', () => {
  test.each([
    ['keras', ['keras']],
    ['onnx', ['onnx']],
    ['torch-export', ['torch-export']],
    ['huggingface', ['huggingface']],
    ['safetensors', ['safetensors', 'safetensors-index', 'huggingface']],
  ])('%s', (folder, formats) => {
    for (const path of filesIn(folder)) expect([path, ...formats]).toContain(read(path).format);
  });

  test('keras2', async () => {
    const documents = await Promise.all(filesIn('keras2').map((path) => readModelFile(path)));
    expect(documents.map(({ format }) => format)).toEqual(documents.map(() => 'keras'));
  });
});

test('pickles of every kind are refused by name', () => {
  for (const path of filesIn('refusals'))
    expect(() => read(path)).toThrow(expect.objectContaining({ code: 'refused', hint: expect.stringMatching(/torch\.export/) }));
});

/** A model without the places of its parts in the file. */
const plain = (model: OnnxModel): unknown =>
  JSON.parse(
    JSON.stringify(model, (key, value: unknown) =>
      key === 'source' ? undefined : typeof value === 'bigint' ? `${value}n` : value,
    ),
  );

test('an ONNX file that is written again says the same, weights included', () => {
  for (const path of filesIn('onnx')) {
    const source = sourceOf(readFileSync(path));
    const model = readOnnx(source);
    const copy = sourceOf(writeOnnx(model, source));
    const again = readOnnx(copy);
    expect(plain(again)).toEqual(plain(model));
    model.graph.initializers.forEach((tensor, index) => {
      const other = again.graph.initializers[index];
      const bytes = (from: typeof source, { start, end }: { start: number; end: number }): Uint8Array => from.read(start, end);
      expect(Buffer.compare(bytes(source, tensor.source!), bytes(copy, other.source!))).toBe(0);
    });
  }
});
