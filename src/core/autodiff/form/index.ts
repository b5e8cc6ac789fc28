import { sizeOf } from '../../graph/shapes.ts';
import { operatorsFor } from '../../graph/needed.ts';
import { IsoflopError } from '../../terms/errors.ts';
import type { Attributes, Buffer, Graph, Loss, Operator, OperatorKind, TensorId } from '../../graph/types.ts';
import { rewriteAlongAxis, rewriteByAxes, rewriteReduce, rewriteSoftmax } from './axes.ts';
import { branchRates } from './branches.ts';
import { rewriteConvolution, rewritePool, rewriteTransposed } from './convolution.ts';
import { dropOutputs } from './dropout.ts';
import { rewriteEinsum } from './einsum.ts';
import { rewriteElementwise } from './elementwise.ts';
import { cannotRun, rewriteActivation, rewriteBinary, rewriteGenerate, rewriteUnary } from './functions.ts';
import { rewriteGather } from './gather.ts';
import { rewriteBatchNorm, rewriteGroupNorm, rewriteNorm } from './norms.ts';
import { rewriteAttention, rewriteLinear, rewriteMatmul } from './products.ts';
import { rewriteResize } from './resize.ts';
import { Rewriting } from './rewriting.ts';

function copyOperator(form: Rewriting, operator: Operator): void {
  const made = form.builder.addAll(operator.kind, form.inputs(operator), operator.attributes);
  for (const [index, id] of made.entries()) form.place(operator.outputs[index], id);
}

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
  activation: rewriteActivation,
  scale: rewriteElementwise,
  add: rewriteElementwise,
  multiply: rewriteElementwise,
  unary: rewriteUnary,
  binary: rewriteBinary,
  generate: rewriteGenerate,
  gather: rewriteGather,
  einsum: rewriteEinsum,
  resize: rewriteResize,
  select: rewriteElementwise,
  concat: rewriteAlongAxis,
  split: rewriteAlongAxis,
  softmax: rewriteSoftmax,
  reduce: rewriteReduce,
  reshape: copyOperator,
  transpose: copyOperator,
  broadcast: copyOperator,
  shift: copyOperator,
  swapHalves: copyOperator,
  mean: copyOperator,
  columnSum: copyOperator,
  pad: rewriteByAxes,
  slice: rewriteByAxes,
};

export interface Objective {
  readonly loss: Loss;
  /** The batch's statistics in batch norms (true), or the kept ones. What follows but `delta` holds in training alone. */
  readonly training: boolean;
  /** Share of the target that all classes get alike under cross-entropy, in [0, 1) (Szegedy et al. 2016). Default 0. */
  readonly labelSmoothing?: number;
  /** Whether the targets of cross-entropy are shares of the classes, float32 [batch, ..., classes], as mixup makes them. Default false. */
  readonly softTargets?: boolean;
  /** Whether places with a negative class do not count: the mean is over the others. Default false. */
  readonly skipsNegative?: boolean;
  /** Distance at which Huber's loss turns from squared to absolute. Default 1. */
  readonly delta?: number;
  /** Share of samples that the last residual branch is left out for; branches before it rise to it evenly (Huang et al. 2016). Default 0. */
  readonly stochasticDepth?: number;
}

/**
 * The graph that training runs: a model's forward graph in canonical forms, with `targets` and the loss of its one output. Outputs: `loss`
 * (scalar mean) and `losses` [batch]. Classes are int32 [batch, ...] for cross-entropy, other targets float32 like the output. A last
 * softmax under cross-entropy, or sigmoid under binary cross-entropy, becomes part of the loss, which takes logits. In training, dropout is
 * a factor for each element that the engine draws (`Graph.masks`).
 */
export function objectiveForm(forward: Graph, objective: Objective): Graph {
  const { loss, training, stochasticDepth = 0 } = objective;
  const form = new Rewriting(forward, training);
  copyTensors(form);
  const logits = logitsOf(forward, loss);
  rewriteOperators(form, [logits], stochasticDepth);
  return withLoss(form, form.plain(logits), objective);
}

/** The graph that a prediction runs: a model's forward graph in canonical forms, without a loss, with the given tensors of it as outputs. */
export function inferenceForm(forward: Graph, outputs: Readonly<Record<string, TensorId>>): Graph {
  const form = new Rewriting(forward, false);
  copyTensors(form);
  rewriteOperators(form, Object.values(outputs));
  return form.builder.finish(Object.fromEntries(Object.entries(outputs).map(([name, id]) => [name, form.plain(id)])));
}

function rewriteOperators(form: Rewriting, wanted: readonly TensorId[], stochasticDepth = 0): void {
  const { layers } = form.source;
  const needed = operatorsFor(form.source, wanted);
  const branches =
    stochasticDepth > 0 ? branchRates(form.source, needed, stochasticDepth) : new Map<TensorId, number>();
  for (const operator of needed) {
    const { name, type, block } = layers.find((layer) => layer.name === operator.layer)!;
    form.builder.at(name, type, block);
    const rewrite = REWRITES[operator.kind];
    if (!rewrite) throw cannotRun(operator);
    refuseUnknownBuffers(form, operator);
    rewrite(form, operator);
    dropOutputs(form, operator, branches);
  }
}

/** Of what is kept beside the weights the engine knows the statistics of batch norms: it measures them. */
function refuseUnknownBuffers({ source }: Rewriting, { kind, inputs, layer }: Operator): void {
  const open = new Set(source.buffers.filter(({ initial }) => initial === undefined).map(({ tensor }) => tensor));
  const buffer = inputs.find((id) => open.has(id));
  if (buffer === undefined || kind === 'batchNormalize') return;
  const what = `the values of '${source.tensors[buffer].name}', which operator '${kind}' reads, are not known`;
  throw new IsoflopError('unavailable', what, {
    path: `layer '${layer}'`,
    hint: 'Make it a parameter or compute it in the model, or train the model with a program of your own.',
  });
}

/** One that keeps its first number is a constant. */
function copyBuffer({ source, builder }: Rewriting, { tensor, layer, initial }: Buffer): TensorId {
  const { name, shape } = source.tensors[tensor];
  if (initial === undefined) return builder.at(layer).buffer(name, shape);
  return builder.constant(name, shape, new Float32Array(sizeOf(shape)).fill(initial));
}

function copyTensors(form: Rewriting): void {
  const { source, builder } = form;
  const parameterOf = new Map(source.parameters.map(({ tensor, parameter }) => [tensor, parameter]));
  const bufferOf = new Map(source.buffers.map((buffer) => [buffer.tensor, buffer]));
  for (const { id, name, shape, dtype, source: kind, values } of source.tensors) {
    if (kind === 'input') form.place(id, builder.input(name, shape, dtype));
    else if (kind === 'parameter') form.place(id, builder.parameter(parameterOf.get(id)!));
    else if (kind === 'buffer') form.place(id, copyBuffer(form, bufferOf.get(id)!));
    else if (kind === 'constant' && values) form.place(id, builder.constant(name, shape, values));
  }
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
function withLoss(form: Rewriting, logits: TensorId, objective: Objective): Graph {
  const { builder } = form;
  const { loss } = objective;
  const shape = form.shapeOf(logits);
  const width = shape.length > 1 ? shape.at(-1)! : 1;
  const leading = shape.length > 1 ? shape.slice(0, -1) : shape;
  const rows = leading.reduce((product, extent) => product * extent, 1);
  builder.at('loss', loss);
  const attributes = lossAttributes(objective);
  const isClass = loss === 'cross-entropy' && !attributes.softTargets;
  const targets = isClass ? builder.input('targets', leading, 'int32') : builder.input('targets', shape, 'float32');
  const wanted = isClass ? targets : form.reshape(targets, [rows, width]);
  const [rowLosses] = builder.addAll('loss', [form.reshape(logits, [rows, width]), wanted], attributes);
  const losses =
    rows === shape[0] ? rowLosses : form.add('mean', [form.reshape(rowLosses, [shape[0], rows / shape[0]])]);
  return builder.finish({ losses, loss: form.add('mean', [losses]) });
}

/** Smoothed and shared targets are a help to training; what is held out is measured against the classes. */
function lossAttributes({ loss, training, delta = 1, ...options }: Objective): Attributes {
  if (loss === 'huber') return { loss, delta };
  if (loss !== 'cross-entropy') return { loss };
  const { labelSmoothing = 0, softTargets = false, skipsNegative = false } = options;
  return {
    loss,
    ...(training && labelSmoothing > 0 ? { labelSmoothing } : {}),
    ...(training && softTargets ? { softTargets } : {}),
    ...(skipsNegative ? { skipsNegative } : {}),
  };
}
