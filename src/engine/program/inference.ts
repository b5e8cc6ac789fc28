import { inferenceForm } from '../../core/autodiff/form/index.ts';
import { factsOf } from '../../core/analysis/facts.ts';
import { operatorsFor } from '../../core/graph/needed.ts';
import { sizeOf } from '../../core/graph/shapes.ts';
import type { Graph, Operator, OperatorKind, Tensor, TensorId } from '../../core/graph/types.ts';
import type { Parameter } from '../../core/graph/parameter.ts';
import { IsoflopError } from '../../core/terms/errors.ts';
import { notRunYet } from './activations.ts';
import type { ProgramInput, ProgramOutput } from './contract.ts';
import { Emitter } from './emitter.ts';
import { lowerPlainly } from './lower/index.ts';
import { encodeModel } from './onnx.ts';

/** Values by the name of their parameter or buffer. */
export type NamedValues = ReadonlyMap<string, Float32Array>;

/** The prediction of a model at a fixed batch as a serialised ONNX model of standard operators that holds the weights. */
export interface InferenceProgram {
  readonly bytes: Uint8Array;
  /** What it takes: the model's own inputs, of those the ones that its outputs depend on. */
  readonly inputs: readonly ProgramInput[];
  readonly outputs: readonly ProgramOutput[];
}

/** Protocol buffers end at 2 GiB; some room is left for the operators. */
const MOST_WEIGHT_BYTES = 2 ** 31 - 2 ** 24;
const FLOAT_BYTES = 4;

/**
 * The forms of a prediction before they become a program: its parameters and buffers are those that weights must be given for. Throws
 * `unavailable` where they would not fit into one.
 */
export function inferenceGraph(forward: Graph): Graph {
  checkSize(forward);
  return inferenceForm(forward, outputsOf(forward));
}

/** A model's named outputs, or what enters its loss. */
function outputsOf(forward: Graph): Record<string, TensorId> {
  const { results } = factsOf(forward);
  const named = Object.entries(forward.outputs).filter(([, id]) => results.includes(id));
  if (named.length > 0) return Object.fromEntries(named);
  return Object.fromEntries(results.map((id, index) => [index === 0 ? 'output' : `output${index}`, id]));
}

/** Parameters and buffers that the outputs of a graph depend on. */
export function usedWeights(graph: Graph): { readonly parameters: Parameter[]; readonly buffers: ProgramOutput[] } {
  const used = usedTensors(graph, operatorsFor(graph, Object.values(graph.outputs)));
  return {
    parameters: graph.parameters.filter(({ tensor }) => used.has(tensor)).map(({ parameter }) => parameter),
    buffers: graph.buffers
      .filter(({ tensor }) => used.has(tensor))
      .map(({ tensor }) => ({ name: graph.tensors[tensor].name, shape: graph.tensors[tensor].shape })),
  };
}

const usedTensors = (graph: Graph, operators: readonly Operator[]): Set<TensorId> =>
  new Set([...operators.flatMap(({ inputs }) => inputs), ...Object.values(graph.outputs)]);

/** Compiles what `inferenceGraph` gave. Throws `invalid-input` that names a weight that is missing or of another size. */
export function compileInference(graph: Graph, parameters: NamedValues, buffers: NamedValues): InferenceProgram {
  const operators = operatorsFor(graph, Object.values(graph.outputs));
  const used = usedTensors(graph, operators);
  const emitter = new Emitter();
  const nameOf = (id: TensorId): string => graph.tensors[id].name;
  for (const { id, name, shape, values } of graph.tensors)
    if (values && used.has(id)) emitter.tensor(name, shape, values);
  for (const { tensor } of graph.parameters) if (used.has(tensor)) hold(emitter, graph.tensors[tensor], parameters);
  for (const { tensor } of graph.buffers) if (used.has(tensor)) hold(emitter, graph.tensors[tensor], buffers);
  for (const operator of operators) lowerForPrediction(emitter, graph, operator, nameOf);
  const inputs = graph.inputs.filter((id) => used.has(id)).map((id) => graph.tensors[id]);
  const outputs = Object.entries(graph.outputs).map(([name, id]) => output(emitter, graph, name, id));
  const bytes = encodeModel({
    name: 'isoflop',
    nodes: emitter.nodes,
    initializers: emitter.initializers,
    inputs,
    outputs: outputs.map(({ name, shape }) => ({ name, shape, dtype: 'float32' })),
  });
  return { bytes, inputs: inputs.map(({ name, shape, dtype }) => ({ name, shape, dtype })), outputs };
}

function checkSize({ parameters }: Graph): void {
  const bytes = FLOAT_BYTES * parameters.reduce((sum, { parameter }) => sum + sizeOf(parameter.shape), 0);
  if (bytes <= MOST_WEIGHT_BYTES) return;
  throw new IsoflopError('unavailable', `the weights take ${bytes} bytes, and an ONNX file holds at most 2 GiB`, {
    hint: 'Take a smaller model.',
  });
}

function hold(emitter: Emitter, { name, shape }: Tensor, weights: NamedValues): void {
  const values = weights.get(name);
  if (values?.length !== sizeOf(shape)) {
    const came = values === undefined ? 'none were given' : `${values.length} were given`;
    throw new IsoflopError('invalid-input', `'${name}' wants ${sizeOf(shape)} values [${shape.join(', ')}], ${came}`);
  }
  emitter.tensor(name, shape, values);
}

/** An output under the model's own name for it; onnxruntime removes the copy. */
function output(emitter: Emitter, graph: Graph, name: string, id: TensorId): ProgramOutput {
  const taken = new Set(graph.tensors.map((tensor) => tensor.name));
  let free = name;
  while (taken.has(free)) free = `${free}.output`;
  emitter.node('Identity', [graph.tensors[id].name], {}, free);
  return { name: free, shape: graph.tensors[id].shape };
}

type Emit = (e: Emitter, operator: Operator, inputs: readonly string[], output: string, rank: number) => void;

/**
 * Operators that a prediction writes otherwise than training: in standard operators and in the patterns that onnxruntime fuses, since no
 * backward pass asks for what lies within.
 */
const PREDICTIONS: Readonly<Partial<Record<OperatorKind, Emit>>> = {
  matmul,
  normalize,
  activation,
  batchNormalize,
};

function lowerForPrediction(e: Emitter, graph: Graph, operator: Operator, nameOf: (id: TensorId) => string): void {
  const emit = PREDICTIONS[operator.kind];
  const { activation: name = 'gelu' } = operator.attributes;
  const isOwn = operator.kind !== 'activation' || name === 'gelu' || name === 'gelu-tanh' || name === 'silu';
  if (!emit || !isOwn) return lowerPlainly(e, graph, operator, nameOf);
  const rank = graph.tensors[operator.inputs[0]].shape.length;
  emit(e, operator, operator.inputs.map(nameOf), nameOf(operator.outputs[0]), rank);
}

/** With kept statistics: one standard operator, which onnxruntime folds into the convolution before it. */
function batchNormalize(e: Emitter, { attributes, inputs }: Operator, names: readonly string[], output: string): void {
  if (inputs.length !== 5) throw notRunYet('a batch norm without kept statistics');
  e.node('BatchNormalization', names, { floats: { epsilon: attributes.epsilon ?? 1e-5 } }, output);
}

function matmul(e: Emitter, { attributes }: Operator, [a, b]: readonly string[], output: string, rank: number): void {
  const { transposeA = false, transposeB = false, alpha = 1 } = attributes;
  const perm = [...Array.from({ length: rank - 2 }, (_, axis) => axis), rank - 1, rank - 2];
  const turned = (name: string, isTurned: boolean): string =>
    isTurned ? e.node('Transpose', [name], { integers: { perm } }) : name;
  const factors = [turned(a, transposeA), turned(b, transposeB)];
  if (alpha === 1) e.node('MatMul', factors, {}, output);
  else e.node('Mul', [e.node('MatMul', factors), e.scalar(alpha)], {}, output);
}

function normalize(e: Emitter, { attributes }: Operator, [x, gain, bias]: readonly string[], output: string): void {
  const { norm, epsilon = 0 } = attributes;
  if (norm === 'layernorm' && gain !== undefined) {
    const inputs = bias === undefined ? [x, gain] : [x, gain, bias];
    e.node('LayerNormalization', inputs, { integers: { axis: -1 }, floats: { epsilon } }, output);
    return;
  }
  const mean = (name: string): string => e.node('ReduceMean', [name, e.integers([-1])], { integers: { keepdims: 1 } });
  const centred = norm === 'layernorm' ? e.node('Sub', [x, mean(x)]) : x;
  const square = e.node('Pow', [centred, e.scalar(2)]);
  const deviation = e.node('Sqrt', [e.node('Add', [mean(square), e.scalar(epsilon)])]);
  const steps = [gain, bias].filter((name) => name !== undefined);
  const normalized = e.node('Div', [centred, deviation], {}, steps.length === 0 ? output : undefined);
  if (gain === undefined) return;
  const scaled = e.node('Mul', [normalized, gain], {}, bias === undefined ? output : undefined);
  if (bias !== undefined) e.node('Add', [scaled, bias], {}, output);
}

function activation(e: Emitter, { attributes }: Operator, [x]: readonly string[], output: string): void {
  if (attributes.activation === 'silu') {
    e.node('Mul', [x, e.node('Sigmoid', [x])], {}, output);
    return;
  }
  const approximate = attributes.activation === 'gelu' ? 'none' : 'tanh';
  e.node('Gelu', [x], { strings: { approximate } }, output);
}
