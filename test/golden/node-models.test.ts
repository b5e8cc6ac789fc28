import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { onnxModel } from '../../src/core/formats/onnx/model.ts';
import { readOnnx } from '../../src/core/formats/onnx/read.ts';
import { sourceOf } from '../../src/core/formats/source.ts';
import { readTorchExport } from '../../src/core/formats/torch-export/archive.ts';
import { torchExportModel } from '../../src/core/formats/torch-export/model.ts';
import { totalMacs } from '../../src/core/graph/cost.ts';
import { sizeOf } from '../../src/core/graph/shapes.ts';
import type { Graph } from '../../src/core/graph/types.ts';
import type { Model } from '../../src/core/model/model.ts';

const FOLDER = join(import.meta.dirname, 'models');

interface Row {
  readonly file: string;
  readonly format: string;
  readonly macs: number;
  readonly trainable: number;
  readonly params: number;
  readonly buffers: number;
  readonly weights: number;
  readonly statistics: number;
  readonly layers: readonly { readonly name: string; readonly params: number; readonly output: unknown }[];
}

const RECORD = JSON.parse(readFileSync(join(FOLDER, 'record.json'), 'utf8')) as Row[];
const rows = (format: string): Row[] => RECORD.filter((row) => row.format === format);

function open(row: Row): Model {
  const source = sourceOf(readFileSync(join(FOLDER, row.file)));
  return row.format === 'onnx' ? onnxModel(readOnnx(source), source, row.file) : torchExportModel(readTorchExport(source), row.file);
}

function counts(graph: Graph): { params: number; trainable: number; buffers: number; macs: number } {
  const sum = (parameters: Graph['parameters']): number => parameters.reduce((total, { parameter }) => total + sizeOf(parameter.shape), 0);
  return {
    params: sum(graph.parameters),
    trainable: sum(graph.parameters.filter(({ parameter }) => !parameter.frozen)),
    buffers: graph.buffers.reduce((total, { tensor }) => total + sizeOf(graph.tensors[tensor].shape), 0),
    macs: totalMacs(graph),
  };
}

/** Parameters of each layer and the shape of its last operator's first output. */
function byLayer(graph: Graph): Map<string, { params: number; output: string }> {
  const layers = new Map<string, { params: number; output: string }>();
  for (const { layer, outputs } of graph.operators) layers.set(layer, { params: 0, output: String(graph.tensors[outputs[0]].shape) });
  for (const { parameter } of graph.parameters) {
    const layer = layers.get(parameter.layer);
    if (layer) layer.params += sizeOf(parameter.shape);
  }
  return layers;
}

describe('torch.export files count as PyTorch counts their modules', () => {
  it.each(rows('torch-export').map((row) => [row.file, row] as const))('%s', (_, row) => {
    const { params, trainable, buffers, macs } = row;
    expect(counts(open(row).lower())).toEqual({ params, trainable, buffers, macs });
  });
});

describe('ONNX files hold the weights that their exporter put there', () => {
  it.each(rows('onnx').map((row) => [row.file, row] as const))('%s', (_, row) => {
    const graph = open(row).lower();
    const params = row.weights - row.statistics;
    expect(counts(graph)).toEqual({ params, trainable: params, buffers: row.statistics, macs: row.macs });
    const layers = byLayer(graph);
    for (const { name, params: wanted, output } of row.layers) {
      const found = layers.get(name);
      // onnx's own inference leaves extents that it does not know as texts.
      if (!found || !Array.isArray(output) || !output.every(Number.isInteger)) continue;
      expect([name, found.output]).toEqual([name, String(output)]);
      if (row.statistics === 0) expect([name, found.params]).toEqual([name, wanted]);
    }
  });
});
