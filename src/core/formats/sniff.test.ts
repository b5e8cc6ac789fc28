import { zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { IsoflopError } from '../terms/errors.ts';
import { readFileDocument } from './document.ts';
import { sniff } from './sniff.ts';
import { sourceOf } from './source.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const latin = (value: string): Uint8Array => Uint8Array.from(value, (letter) => letter.charCodeAt(0));
const zip = (...names: readonly string[]): Uint8Array =>
  zipSync(Object.fromEntries(names.map((name) => [name, text('{}')])));

describe('a file is told by its bytes', () => {
  test.each([
    [zip('config.json', 'metadata.json', 'model.weights.h5'), 'keras'],
    [zip('net/models/model.json', 'net/version'), 'torch-export'],
    [zip('serialized_exported_program.json', 'version'), 'torch-export'],
    [latin('\x89HDF\r\n\x1a\n rest'), 'keras-h5'],
    [latin('\x08\x09\x12\x04test'), 'onnx'],
    [latin('\x10\0\0\0\0\0\0\0{"a":{}}'), 'safetensors'],
    [text(' \n{"class_name": 1}'), 'json'],
    [text('\uFEFF{}'), 'json'],
    [text('family: gpt\nwidth: 64\n'), 'text'],
  ])('%#', (bytes, kind) => {
    expect(sniff(sourceOf(bytes))).toBe(kind);
  });
});

describe('what cannot be read is named, with what to do instead', () => {
  test.each([
    [zip('net/data.pkl', 'net/constants.pkl', 'net/code/__torch__.py'), /TorchScript/, /torch\.export/],
    [zip('net/data.pkl', 'net/version'), /PyTorch pickle/, /torch\.export/],
    [latin('\x80\x02\x8a\x0al\xfc\x9cF\xf9'), /Python pickle/, /torch\.export/],
    [latin('GGUF\x03\0\0\0'), /GGUF/, /config\.json/],
    [latin('\x1c\0\0\0TFL3'), /TensorFlow Lite/, /model\.save/],
    [latin('\x08\x01\x12\xa0\x01\x0a'), /SavedModel/, /model\.save/],
    [zip('a.npy'), /NumPy/, /model/],
  ])('%#', (bytes, what, remedy) => {
    const error = refusalOf(bytes);
    expect(error.code).toBe('refused');
    expect(error.message).toMatch(what);
    expect(error.hint).toMatch(remedy);
  });

  test.each([
    [new Uint8Array(0), /empty/],
    [latin('\x00\x01\x02\x03'), /no kind that is known/],
    [zip('readme.txt'), /holds no model that is known here: readme.txt/],
    [text('{"a": 1}'), /its keys are a/],
    [text('[1]'), /an object that describes a model is wanted/],
  ])('unknown %#', (bytes, what) => {
    const error = refusalOf(bytes);
    expect(error.code).toBe('invalid-input');
    expect(error.message).toMatch(what);
  });
});

test('the document of a JSON text is told by its keys', () => {
  const formatOf = (value: object): string => readFileDocument(sourceOf(text(JSON.stringify(value)))).format;
  expect(formatOf({ class_name: 'Sequential', config: {} })).toBe('keras');
  expect(formatOf({ model_type: 'llama' })).toBe('huggingface');
  expect(formatOf({ weight_map: {} })).toBe('safetensors-index');
  expect(formatOf({ family: 'gpt' })).toBe('isoflop');
});

test('a .pt2 of another schema is refused with both versions', () => {
  const program = { graph_module: { graph: {} }, schema_version: { major: 99, minor: 1 } };
  const bytes = zipSync({ 'm/models/model.json': text(JSON.stringify(program)) });
  expect(refusalOf(bytes).sentence).toMatch(/schema_version: schema 99\.1; versions 5 to 8 are read/);
});

function refusalOf(bytes: Uint8Array): IsoflopError {
  try {
    readFileDocument(sourceOf(bytes));
  } catch (error) {
    if (error instanceof IsoflopError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}
