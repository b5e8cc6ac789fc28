import { differentiate } from '../../core/autodiff/differentiate.ts';
import type { TrainingGraph } from '../../core/autodiff/differentiate.ts';
import type { Graph, Operator, Tensor, TensorId } from '../../core/graph/types.ts';
import { operatorsFor } from '../../core/graph/needed.ts';
import { sizeOf } from '../../core/graph/shapes.ts';
import { buildForward } from '../../core/model/index.ts';
import type { GptSpec, ModelSpec } from '../../core/model/index.ts';
import type {
  EvaluationProgram,
  GradientOutput,
  ProgramInput,
  ProgramOutput,
  Statistic,
  TrainingProgram,
} from './contract.ts';
import { BlockedLowering } from './blocked/index.ts';
import { Emitter } from './emitter.ts';
import { lowerOperator } from './lower/index.ts';
import { encodeModel } from './onnx.ts';
import { Placement } from './placement.ts';

export type { EvaluationProgram, GradientOutput, ProgramInput, ProgramOutput, TrainingProgram } from './contract.ts';

/** Weight of a batch in kept statistics where nothing is said: PyTorch's. */
const DEFAULT_MOMENTUM = 0.1;

/** The training step of a model at a fixed batch (windows for gpt, rows for mlp). */
export const buildTrainingProgram = (spec: ModelSpec, batch: number): TrainingProgram =>
  compileTraining(buildForward(spec, batch));

/** What of the machine a program is written for. */
export interface Target {
  /** Channels in a block of onnxruntime's blocked images; left out where it has none. See `channelBlock`. */
  readonly channelBlock?: number | undefined;
}

/** The training step of a forward graph that ends in a loss. */
export function compileTraining(forward: Graph, target: Target = {}): TrainingProgram {
  const training = differentiate(forward);
  const gradients = gradientOutputs(training);
  const outputs = [...gradients.values()].flatMap(({ dense, rows }) =>
    [dense, rows].filter((one) => one !== undefined),
  );
  const loss = outputOf(training.graph, training.graph.outputs.loss);
  const statistics = statisticsOf(training.graph);
  return {
    bytes: encode(training.graph, [loss, ...outputs, ...statistics.map(({ output }) => output)], target),
    inputs: inputsOf(training.graph),
    parameters: training.graph.parameters.map(({ parameter }) => parameter),
    gradients,
    masks: (training.graph.masks ?? []).map(({ mask }) => mask),
    statistics,
    buffers: frozenStatistics(training.graph),
    loss: loss.name,
  };
}

/** The held-out losses of a model at a fixed batch. */
export const buildEvaluationProgram = (spec: ModelSpec, batch: number): EvaluationProgram =>
  compileEvaluation(buildForward(spec, batch));

/** The losses of the samples of a forward graph that ends in a loss. */
export function compileEvaluation(graph: Graph, target: Target = {}): EvaluationProgram {
  const losses = outputOf(graph, graph.outputs.losses);
  const end = graph.operators.find(({ kind }) => kind === 'loss')!;
  const predictions = outputOf(graph, end.inputs[0]);
  return {
    bytes: encode(graph, [losses, predictions], target),
    inputs: inputsOf(graph),
    parameters: graph.parameters.map(({ parameter }) => parameter),
    buffers: buffersOf(graph, graph.outputs.losses),
    losses,
    predictions,
    loss: end.attributes.loss!,
  };
}

/** What an activation is of: attention's and the MLP's part of a block, the sum that blocks add to, the outputs. */
export type ActivationKind = 'attention' | 'mlp' | 'stream' | 'logits';

/** The forward pass of a gpt with the activations of its layers as outputs. */
export interface ActivationProgram extends Omit<EvaluationProgram, 'losses' | 'predictions' | 'loss' | 'buffers'> {
  readonly activations: readonly (ProgramOutput & { readonly kind: ActivationKind })[];
}

export function buildActivationProgram(spec: GptSpec, batch: number): ActivationProgram {
  const graph = buildForward(spec, batch);
  const loss = graph.operators.find(({ kind }) => kind === 'loss')!;
  const kindOf = ({ kind, layer, outputs, inputs }: Operator): ActivationKind | undefined => {
    const part = layer.endsWith('.attention') ? 'attention' : layer.endsWith('.mlp') ? 'mlp' : undefined;
    if (outputs[0] === loss.inputs[0]) return 'logits';
    if (part && graph.parameters.some(({ tensor, parameter }) => tensor === inputs[1] && parameter.residual))
      return part;
    return part && kind === 'add' ? 'stream' : undefined;
  };
  const activations = graph.operators.flatMap((operator) => {
    const kind = kindOf(operator);
    return kind ? [{ ...outputOf(graph, operator.outputs[0]), kind }] : [];
  });
  return {
    bytes: encode(graph, activations),
    inputs: inputsOf(graph),
    parameters: graph.parameters.map(({ parameter }) => parameter),
    activations,
  };
}

const inputsOf = (graph: Graph): ProgramInput[] =>
  graph.inputs.map((id) => {
    const { name, shape, dtype } = graph.tensors[id];
    return { name, shape, dtype };
  });

const outputOf = (graph: Graph, id: TensorId): ProgramOutput => ({
  name: graph.tensors[id].name,
  shape: graph.tensors[id].shape,
});

/** What batch norms measure of the batch, beside the names of what they keep. */
function statisticsOf(graph: Graph): Statistic[] {
  const isKept = (id: TensorId | undefined): id is TensorId =>
    id !== undefined && graph.tensors[id].source === 'buffer';
  return graph.operators
    .filter(({ kind, attributes }) => kind === 'batchNormalize' && attributes.training)
    .flatMap(({ inputs, outputs, attributes }) => {
      const momentum = attributes.momentum ?? DEFAULT_MOMENTUM;
      const { shape } = graph.tensors[inputs[0]];
      const samples = sizeOf(shape) / shape[1];
      const unbiased = attributes.populationVariance || samples === 1 ? 1 : samples / (samples - 1);
      return (['mean', 'variance'] as const).flatMap((kind, index) => {
        const [buffer, output] = [inputs[3 + index], outputs[1 + index]];
        if (!isKept(buffer)) return [];
        const factor = kind === 'variance' ? unbiased : 1;
        return [{ buffer: graph.tensors[buffer].name, output: outputOf(graph, output), kind, momentum, factor }];
      });
    });
}

/** Means start at 0, variances at 1. */
const frozenStatistics = (graph: Graph): TrainingProgram['buffers'] =>
  graph.operators
    .filter(({ kind, attributes }) => kind === 'batchNormalize' && !attributes.training)
    .flatMap(({ inputs }) => inputs.slice(3).map((id, index) => ({ ...outputOf(graph, id), start: index })));

/** The running values that an output depends on. */
function buffersOf(graph: Graph, output: TensorId): ProgramOutput[] {
  const used = new Set(operatorsFor(graph, [output]).flatMap(({ inputs }) => inputs));
  return graph.buffers.filter(({ tensor }) => used.has(tensor)).map(({ tensor }) => outputOf(graph, tensor));
}

/** Separates the sums of looked-up rows, which end the backward pass of a table, from what the program computes whole. */
function gradientOutputs({ graph, gradients }: TrainingGraph): Map<string, GradientOutput> {
  const producer = new Map(
    graph.operators.flatMap((operator) => operator.outputs.map((id) => [id, operator] as const)),
  );
  const rowsOf = (id: TensorId): GradientOutput['rows'] => {
    const operator = producer.get(id);
    const isGiven = graph.tensors[operator?.inputs[1] ?? -1]?.source === 'input';
    if (operator?.kind !== 'scatterRows' || !isGiven) return undefined;
    return { ...outputOf(graph, operator.inputs[0]), indices: graph.tensors[operator.inputs[1]].name };
  };
  const outputFor = (id: TensorId): GradientOutput => {
    const rows = rowsOf(id);
    if (rows) return { rows };
    const operator = producer.get(id);
    const [a, b] = operator?.kind === 'add' ? operator.inputs : [];
    if (a !== undefined && rowsOf(b) && rowsOf(a)) return { dense: outputOf(graph, id) };
    if (a !== undefined && rowsOf(b)) return { dense: outputOf(graph, a), rows: rowsOf(b) };
    if (b !== undefined && rowsOf(a)) return { dense: outputOf(graph, b), rows: rowsOf(a) };
    return { dense: outputOf(graph, id) };
  };
  return new Map([...gradients].map(([name, id]) => [name, outputFor(id)]));
}

function encode(graph: Graph, outputs: readonly ProgramOutput[], { channelBlock }: Target = {}): Uint8Array {
  const emitter = new Emitter();
  const wanted = new Set(outputs.map(({ name }) => name));
  const results = graph.tensors.filter(({ name }) => wanted.has(name)).map(({ id }) => id);
  const operators = operatorsFor(graph, results);
  const used = new Set(operators.flatMap((operator) => operator.inputs));
  for (const { id, name, shape, values } of graph.tensors)
    if (values && used.has(id)) emitter.tensor(name, shape, values);
  const blocked = channelBlock ? new BlockedLowering(emitter, { ...graph, operators }, channelBlock) : undefined;
  const placement = blocked?.placement ?? new Placement(emitter, graph);
  for (const operator of operators) if (!blocked?.lower(operator)) lowerOperator(emitter, graph, operator, placement);
  for (const id of results) placement.plain(id);
  const parameters = graph.parameters.map(({ tensor }): Tensor => graph.tensors[tensor]);
  const masks = (graph.masks ?? []).map(({ tensor }) => graph.tensors[tensor]);
  const buffers = graph.buffers.filter(({ tensor }) => used.has(tensor)).map(({ tensor }) => graph.tensors[tensor]);
  return encodeModel({
    name: 'isoflop',
    nodes: emitter.nodes,
    initializers: emitter.initializers,
    inputs: [...graph.inputs.map((id) => graph.tensors[id]), ...masks, ...parameters, ...buffers],
    outputs: outputs.map(({ name, shape }) => ({ name, shape, dtype: 'float32' })),
  });
}
