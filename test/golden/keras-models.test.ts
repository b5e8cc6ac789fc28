import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { kerasModel } from '../../src/core/formats/keras/index.ts';
import { totalMacs } from '../../src/core/graph/cost.ts';
import { sizeOf } from '../../src/core/graph/shapes.ts';
import type { Graph } from '../../src/core/graph/types.ts';
import type { Edit } from '../../src/core/model/edit.ts';
import type { Model } from '../../src/core/model/model.ts';
import { readModelFile } from '../../src/io/models/read-file.ts';

const FOLDER = join(import.meta.dirname, 'models');

/** One call of a layer, as Keras tells of it. */
interface LayerRow {
  readonly name: string;
  readonly type: string;
  readonly params: number;
  /** Of several outputs, a list. */
  readonly output: readonly (number | null)[] | readonly (readonly (number | null)[])[];
  readonly shared?: boolean;
  readonly layers?: readonly LayerRow[];
}

interface Row {
  readonly file: string;
  readonly framework: string;
  readonly params: number;
  readonly trainable: number;
  readonly nonTrainable: number;
  readonly optimizer?: number;
  readonly macs: number;
  /** Shapes at which free axes were counted. */
  readonly at?: Readonly<Record<string, readonly number[]>>;
  readonly layers: readonly LayerRow[];
}

const RECORD = JSON.parse(readFileSync(join(FOLDER, 'record.json'), 'utf8')) as Row[];
const ROWS = RECORD.filter(({ framework }) => framework === 'keras');

async function open(row: Row): Promise<Model> {
  const document = await readModelFile(join(FOLDER, row.file));
  if (document.format !== 'keras') throw new Error(`${row.file} is no Keras file`);
  return kerasModel(document, row.file);
}

/** The graph at the sizes that the record was counted at. */
function lowered(model: Model, { at = {} }: Row): Graph {
  const free = model.inputs.filter(({ shape }) => shape.includes(null));
  const edits = free.map(({ name }): Edit => ({ kind: 'input', input: name, shape: at[name].slice(1) }));
  return (edits.length > 0 ? model.apply(edits) : model).lower();
}

function counts(graph: Graph): Pick<Row, 'params' | 'trainable' | 'nonTrainable' | 'macs'> {
  const all = graph.parameters.map(({ parameter }) => ({ size: sizeOf(parameter.shape), frozen: parameter.frozen }));
  const sum = (sizes: readonly number[]): number => sizes.reduce((total, size) => total + size, 0);
  const trainable = sum(all.filter(({ frozen }) => !frozen).map(({ size }) => size));
  const frozen = sum(all.filter((one) => one.frozen).map(({ size }) => size));
  const nonTrainable = frozen + sum(graph.buffers.map(({ tensor }) => sizeOf(graph.tensors[tensor].shape)));
  return { params: trainable + nonTrainable, trainable, nonTrainable, macs: totalMacs(graph) };
}

/** Layers that compute, those of models inside by their path; of a layer that is called again its first call. */
const flat = (rows: readonly LayerRow[], prefix = ''): LayerRow[] =>
  rows
    .filter(({ type, shared }) => type !== 'InputLayer' && !shared)
    .flatMap((row) => (row.layers ? flat(row.layers, `${prefix}${row.name}/`) : [{ ...row, name: prefix + row.name }]));

const paramsOf = (graph: Graph, layer: string): number =>
  [
    ...graph.parameters.filter(({ parameter }) => parameter.layer === layer),
    ...graph.buffers.filter((buffer) => buffer.layer === layer),
  ].reduce((sum, { tensor }) => sum + sizeOf(graph.tensors[tensor].shape), 0);

/** Whether one of a layer's operators gives a shape; null stands for any extent. */
function gives(graph: Graph, layer: string, shape: readonly (number | null)[]): boolean {
  return graph.operators
    .filter((operator) => operator.layer === layer)
    .flatMap(({ outputs }) => outputs.map((id) => graph.tensors[id].shape))
    .some((own) => own.length === shape.length && own.every((n, axis) => shape[axis] === null || shape[axis] === n));
}

describe('Keras files count as Keras counts them', () => {
  it.each(ROWS.map((row) => [row.file, row] as const))('%s', async (_, row) => {
    const model = await open(row);
    const graph = lowered(model, row);
    const { params, trainable, nonTrainable, macs } = row;
    expect(counts(graph)).toEqual({ params, trainable, nonTrainable, macs });
    if (row.optimizer !== undefined) expect(model.optimizerVariables).toBe(row.optimizer);
    const layers = flat(row.layers);
    expect(layers.map(({ name }) => [name, paramsOf(graph, name)])).toEqual(layers.map((one) => [one.name, one.params]));
    const shaped = layers.flatMap(({ name, output }) =>
      (Array.isArray(output[0]) ? output : [output]).map((shape) => ({ name, shape: shape as (number | null)[] })),
    );
    expect(shaped.filter(({ name, shape }) => !gives(graph, name, shape))).toEqual([]);
  });
});
