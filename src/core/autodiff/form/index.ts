import { operatorsFor } from '../../graph/needed.ts';
import { IsoflopError } from '../../terms/errors.ts';
import type { Graph, Loss, Operator, OperatorKind, TensorId } from '../../graph/types.ts';
import { rewriteAlongAxis, rewriteByAxes, rewriteReduce, rewriteSoftmax } from './axes.ts';
import { rewriteConvolution, rewritePool, rewriteTransposed } from './convolution.ts';
import { rewriteElementwise } from './elementwise.ts';
import { rewriteBatchNorm, rewriteGroupNorm, rewriteNorm } from './norms.ts';
import { rewriteAttention, rewriteLinear, rewriteMatmul } from './products.ts';
import { Rewriting } from './rewriting.ts';

const REWRITES: Readonly<Partial<Record<OperatorKind, (form: Rewriting, operator: Operator) => void>>> = {
  convolution: rewriteConvolution,
  transposedConvolution: rewriteTransposed,
  pool: rewritePool,
  batchNormalize: rewriteBatchNorm,
  groupNormalize: rewriteGroupNorm,
  normalize: rewriteNorm,
  linear: rewriteLinear,
  matmul: rewriteMatmul,
  attention: rewriteAttention,
  activation: rewriteElementwise,
  scale: rewriteElementwise,
  add: rewriteElementwise,
  multiply: rewriteElementwise,
  unary: rewriteElementwise,
  binary: rewriteElementwise,
  select: rewriteElementwise,
  concat: rewriteAlongAxis,
  split: rewriteAlongAxis,
  softmax: rewriteSoftmax,
  reduce: rewriteReduce,
  pad: rewriteByAxes,
  slice: rewriteByAxes,
};

export interface Objective {
  readonly loss: Loss;
  /** The batch's statistics in batch norms (true), or the kept ones. */
  readonly training: boolean;
}

/**
 * The graph that training runs: a model's forward graph in canonical forms, with `targets` and the loss of its one output. Outputs: `loss`
 * (scalar mean) and `losses` [batch]. Classes are int32 [batch, ...] for cross-entropy, other targets float32 like the output. A last
 * softmax under cross-entropy, or sigmoid under binary cross-entropy, becomes part of the loss, which takes logits.
 */
export function objectiveForm(forward: Graph, { loss, training }: Objective): Graph {
  const form = new Rewriting(forward, training);
  copyTensors(form);
  const logits = logitsOf(forward, loss);
  rewriteOperators(form, [logits]);
  return withLoss(form, form.plain(logits), loss);
}

/** The graph that a prediction runs: a model's forward graph in canonical forms, without a loss, with the given tensors of it as outputs. */
export function inferenceForm(forward: Graph, outputs: Readonly<Record<string, TensorId>>): Graph {
  const form = new Rewriting(forward, false);
  copyTensors(form);
  rewriteOperators(form, Object.values(outputs));
  return form.builder.finish(Object.fromEntries(Object.entries(outputs).map(([name, id]) => [name, form.plain(id)])));
}

function rewriteOperators(form: Rewriting, wanted: readonly TensorId[]): void {
  const { layers } = form.source;
  for (const operator of operatorsFor(form.source, wanted)) {
    const { name, type, block } = layers.find((layer) => layer.name === operator.layer)!;
    form.builder.at(name, type, block);
    (REWRITES[operator.kind] ?? copyOperator)(form, operator);
  }
}

function copyTensors(form: Rewriting): void {
  const { source, builder } = form;
  const parameterOf = new Map(source.parameters.map(({ tensor, parameter }) => [tensor, parameter]));
  const layerOf = new Map(source.buffers.map(({ tensor, layer }) => [tensor, layer]));
  for (const { id, name, shape, dtype, source: kind, values } of source.tensors) {
    if (kind === 'input') form.place(id, builder.input(name, shape, dtype));
    else if (kind === 'parameter') form.place(id, builder.parameter(parameterOf.get(id)!));
    else if (kind === 'buffer') form.place(id, builder.at(layerOf.get(id)!).buffer(name, shape));
    else if (kind === 'constant' && values) form.place(id, builder.constant(name, shape, values));
  }
}

function copyOperator(form: Rewriting, operator: Operator): void {
  const made = form.builder.addAll(operator.kind, form.inputs(operator), operator.attributes);
  for (const [index, id] of made.entries()) form.place(operator.outputs[index], id);
}

/** The model's one output, before a last softmax or sigmoid that the loss has in itself. */
function logitsOf(forward: Graph, loss: Loss): TensorId {
  const outputs = Object.values(forward.outputs);
  if (outputs.length !== 1)
    throw new IsoflopError('invalid-input', `the model has ${outputs.length} outputs; training wants one`, {
      hint: 'Train a model with one output, or with a program of your own.',
    });
  const last = forward.operators.find((operator) => operator.outputs.includes(outputs[0]));
  const isSoftmax = last?.kind === 'softmax' && loss === 'cross-entropy';
  const isSigmoid = last?.attributes.activation === 'sigmoid' && loss === 'binary-cross-entropy';
  return isSoftmax || isSigmoid ? last!.inputs[0] : outputs[0];
}

/** Rows of more than one place, such as the tokens of a window, weigh alike in their sample's loss. */
function withLoss(form: Rewriting, logits: TensorId, loss: Loss): Graph {
  const { builder } = form;
  const shape = form.shapeOf(logits);
  const width = shape.length > 1 ? shape.at(-1)! : 1;
  const leading = shape.length > 1 ? shape.slice(0, -1) : shape;
  const rows = leading.reduce((product, extent) => product * extent, 1);
  builder.at('loss', loss);
  const targets =
    loss === 'cross-entropy' ? builder.input('targets', leading, 'int32') : builder.input('targets', shape, 'float32');
  const wanted = loss === 'cross-entropy' ? targets : form.reshape(targets, [rows, width]);
  const [rowLosses] = builder.addAll('loss', [form.reshape(logits, [rows, width]), wanted], { loss });
  const losses =
    rows === shape[0] ? rowLosses : form.add('mean', [form.reshape(rowLosses, [shape[0], rows / shape[0]])]);
  return builder.finish({ losses, loss: form.add('mean', [losses]) });
}
