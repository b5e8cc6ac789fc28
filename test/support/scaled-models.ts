import { totalMacs } from '../../src/core/graph/cost.ts';
import { sizeOf } from '../../src/core/graph/sizes.ts';
import type { Graph } from '../../src/core/graph/types.ts';
import type { Edit } from '../../src/core/model/edit.ts';
import type { Model } from '../../src/core/model/model.ts';
import type { ScalingRule } from '../../src/core/scaling/rules.ts';
import { ruleName, scaleModel } from '../../src/core/scaling/scale.ts';
import type { ScalingResult } from '../../src/core/scaling/scale.ts';
import { repairText } from '../../src/core/scaling/repair.ts';
import { IsoflopError } from '../../src/core/terms/errors.ts';

/** The four rules that imported models are scaled by. */
export const SCALED_BY: readonly ScalingRule[] = [
  { rule: 'axes', depth: 2 },
  { rule: 'axes', width: 1.5 },
  { rule: 'axes', resolution: 1.25 },
  { rule: 'compound', phi: 1 },
];

/** Sizes of inputs with their batch, by name: where a document leaves axes free. */
export type InputSizes = Readonly<Record<string, readonly number[]>>;

/** What one rule makes of one model, in the words of tools/golden/models/run_scaled.py. */
export interface ScaledRow {
  /** Of the golden file. */
  readonly source: string;
  readonly rule: string;
  readonly format: 'keras-json' | 'onnx' | 'huggingface';
  readonly nominal: ScalingResult['nominal'];
  readonly achieved: ScalingResult['achieved'];
  readonly repairs: readonly string[];
  /** As the framework counts: Keras and ONNX keep running statistics among the weights. */
  readonly params: number;
  readonly macs: number;
}

export interface RefusedRow {
  readonly source: string;
  readonly rule: string;
  readonly refusal: string;
}

/** Tokens at which transformers is asked for its operations. */
const TOKENS = 128;

export interface Scaled {
  readonly row: ScaledRow;
  readonly result: ScalingResult;
}

/** A refusal is a row too: an axis that does not exist, with the layer that prevents it. */
export function scaledRow(model: Model, source: string, rule: ScalingRule, at?: InputSizes): Scaled | RefusedRow {
  const name = ruleName(rule);
  try {
    const result = scaleModel(model, rule);
    const { nominal, achieved, repairs, variant } = result;
    const counts = frameworkCounts(variant.model, at);
    const format = model.format === 'keras' ? 'keras-json' : (model.format as ScaledRow['format']);
    return {
      row: { source, rule: name, format, nominal, achieved, repairs: repairs.map(repairText), ...counts },
      result,
    };
  } catch (error) {
    if (!(error instanceof IsoflopError) || error.code !== 'not-identifiable') throw error;
    const { path, message } = error;
    return { source, rule: name, refusal: path === undefined ? message : `${path}: ${message}` };
  }
}

function frameworkCounts(model: Model, at: InputSizes = {}): { params: number; macs: number } {
  const graph = atSizes(model, at).lower(model.format === 'huggingface' ? { tokens: TOKENS } : {});
  const params = sum(graph.parameters.map(({ parameter }) => sizeOf(parameter.shape)));
  const buffers = model.format === 'huggingface' ? 0 : sum(bufferSizes(graph));
  return { params: params + buffers, macs: totalMacs(graph) };
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const bufferSizes = ({ buffers, tensors }: Graph): number[] =>
  buffers.map(({ tensor }) => sizeOf(tensors[tensor].shape));

/** Keras files leave axes free; without sizes of their own images are counted at 64 pixels, others at 16 steps. */
function atSizes(model: Model, at: InputSizes): Model {
  if (model.format !== 'keras') return model;
  const free = model.inputs.filter(({ shape }) => shape.includes(null));
  const edits = free.map(({ name, shape }): Edit => {
    const usual = at[name]?.slice(1) ?? shape.map(() => (shape.length > 2 ? 64 : 16));
    return { kind: 'input', input: name, shape: shape.map((size, axis) => size ?? usual[axis]) };
  });
  return edits.length > 0 ? model.apply(edits) : model;
}
