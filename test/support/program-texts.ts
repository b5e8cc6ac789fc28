import { totalMacs } from '../../src/core/graph/cost.ts';
import { sizeOf } from '../../src/core/graph/sizes.ts';
import type { Model } from '../../src/core/model/model.ts';
import { ruleName, scaleModel } from '../../src/core/scaling/scale.ts';
import { IsoflopError } from '../../src/core/terms/errors.ts';
import { paramsOf } from './model-counts.ts';
import { SCALED_BY } from './scaled-models.ts';

/** A golden .pt2 file, as it is or scaled, as PyTorch code; or why an axis was refused. */
export type ProgramRow = ProgramText | { readonly source: string; readonly rule: string; readonly refusal: true };

export interface ProgramText {
  readonly source: string;
  /** `none` where it is not scaled. */
  readonly rule: string;
  readonly text: string;
  readonly params: number;
  /** Values of buffers. */
  readonly buffers: number;
  readonly macs: number;
  /** Shapes by input, the batch null where it is free. */
  readonly inputs: readonly { readonly shape: readonly (number | null)[]; readonly dtype: string }[];
}

export function programRows(model: Model, source: string): ProgramRow[] {
  return [programText(model, source, 'none'), ...SCALED_BY.map((rule) => scaled(model, source, rule))];
}

function scaled(model: Model, source: string, rule: (typeof SCALED_BY)[number]): ProgramRow {
  try {
    return programText(scaleModel(model, rule).variant.model, source, ruleName(rule));
  } catch (error) {
    if (!(error instanceof IsoflopError) || error.code !== 'not-identifiable') throw error;
    return { source, rule: ruleName(rule), refusal: true };
  }
}

function programText(model: Model, source: string, rule: string): ProgramText {
  const [graph, text] = [model.lower(), new TextDecoder().decode(model.write().bytes)];
  const [one, two] = [graph, model.lower({ batch: 2 })];
  const inputs = model.inputs.map(({ dtype }, index) => {
    const [fixed, free] = [one, two].map((at) => at.tensors[at.inputs[index]].shape);
    return { dtype, shape: fixed.map((extent, axis) => (extent === free[axis] ? extent : null)) };
  });
  const buffers = graph.buffers.reduce((sum, { tensor }) => sum + sizeOf(graph.tensors[tensor].shape), 0);
  return { source, rule, text, params: paramsOf(graph), buffers, macs: totalMacs(graph), inputs };
}
