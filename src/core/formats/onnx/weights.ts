import type { Weight } from '../nodes/document.ts';
import { isFloat } from './data-types.ts';
import type { OnnxNode, OnnxTensor } from './types.ts';

/** Inputs by which an operation takes its trained tensors. */
const WEIGHT_INPUTS: Readonly<Record<string, readonly number[]>> = {
  Conv: [1, 2],
  ConvTranspose: [1, 2],
  Gemm: [0, 1, 2],
  MatMul: [0, 1],
  BatchNormalization: [1, 2],
  LayerNormalization: [1, 2],
  SimplifiedLayerNormalization: [1, 2],
  RMSNormalization: [1],
  GroupNormalization: [1, 2],
  InstanceNormalization: [1, 2],
  PRelu: [1],
  Gather: [0],
  LSTM: [1, 2, 3, 7],
  GRU: [1, 2, 3],
  RNN: [1, 2, 3],
  Einsum: [0, 1, 2],
  FusedMatMul: [0, 1],
  DequantizeLinear: [0],
};

/** What passes a tensor on under another shape or type: its consumers say what it is for. */
const PASSING = new Set('Transpose Reshape Unsqueeze Squeeze Cast Identity Flatten Expand Slice Split'.split(' '));

/** Names that exporters give to what they made themselves: numbers of the program, but also weights that they moved axes of. */
const MADE_NAME = /^(val_|_val_|onnx::|const_|_to_copy|scalar_|\/)|Constant|constant/;

interface Consumer {
  readonly node: OnnxNode;
  readonly index: number;
}

/**
 * What each initializer is. ONNX does not say which were trained: products, norms and tables take weights; statistics of
 * batch norms are buffers; an operand of arithmetic counts as a weight unless it is a number of the program, a mask or a
 * table that multiplies.
 */
export function weightKinds(
  initializers: readonly OnnxTensor[],
  nodes: readonly OnnxNode[],
): Map<string, Weight['kind']> {
  const closed = closedNodes(initializers, nodes);
  const consumers = new Map<string, Consumer[]>();
  for (const node of nodes) {
    for (const [index, input] of node.inputs.entries()) {
      const before = consumers.get(input);
      if (before) before.push({ node, index });
      else consumers.set(input, [{ node, index }]);
    }
  }
  return new Map(initializers.map((tensor) => [tensor.name, kindOf(tensor, usesOf(tensor.name, consumers, closed))]));
}

/** Nodes that compute with tensors of the file alone: a weight that is clipped, or brought to a mean of 0. */
function closedNodes(initializers: readonly OnnxTensor[], nodes: readonly OnnxNode[]): Set<OnnxNode> {
  const given = new Set(initializers.map(({ name }) => name));
  const closed = nodes.filter(({ inputs, outputs }) => {
    const isClosed = inputs.every((name) => name === '' || given.has(name));
    if (isClosed) for (const output of outputs) given.add(output);
    return isClosed;
  });
  return new Set(closed);
}

function kindOf(tensor: OnnxTensor, uses: readonly Consumer[]): Weight['kind'] {
  if (!isFloat(tensor.dataType))
    return uses.some(({ node, index }) => node.type === 'DequantizeLinear' && index === 0) ? 'parameter' : 'constant';
  if (uses.some(({ node, index }) => node.type === 'BatchNormalization' && index >= 3)) return 'buffer';
  if (uses.some((use) => isNeutral(tensor, use))) return 'constant';
  if (uses.some(({ node, index }) => WEIGHT_INPUTS[node.type]?.includes(index))) return 'parameter';
  const isSingle = tensor.dims.every((extent) => extent === 1);
  if (isSingle && MADE_NAME.test(tensor.name)) return 'constant';
  return uses.some((use) => isTrainedOperand(tensor, use)) ? 'parameter' : 'constant';
}

/** A weight goes through fewer nodes before a layer uses it. */
const MOST_PASSED = 64;

/** Consumers, seen through what only passes a tensor on and through what is computed without the model's inputs. */
function usesOf(
  name: string,
  consumers: ReadonlyMap<string, readonly Consumer[]>,
  closed: ReadonlySet<OnnxNode>,
): Consumer[] {
  const uses: Consumer[] = [];
  const passed = new Set([name]);
  for (const at of passed) {
    for (const use of consumers.get(at) ?? []) {
      const isPassing = PASSING.has(use.node.type) && use.index === 0;
      if (isPassing || !closed.has(use.node)) uses.push(use);
      if ((isPassing || closed.has(use.node)) && passed.size < MOST_PASSED)
        for (const output of use.node.outputs) passed.add(output);
    }
  }
  return uses;
}

/** Ones and zeros that make a group norm out of an instance norm. */
function isNeutral({ values }: OnnxTensor, { node, index }: Consumer): boolean {
  return (
    node.type === 'InstanceNormalization' &&
    values !== undefined &&
    values.every((value) => value === (index === 1 ? 1 : 0))
  );
}

const ARITHMETIC = new Set(['Add', 'Sub', 'Mul', 'Div', 'Concat', 'Expand', 'Where', 'Pow']);

/** A table that multiplies (cosines of rotary positions) and a mask are no weights. */
function isTrainedOperand(tensor: OnnxTensor, { node }: Consumer): boolean {
  if (!ARITHMETIC.has(node.type) || tensor.dims.length === 0) return false;
  const wide = tensor.dims.filter((extent) => extent > 1).length;
  if (node.type === 'Mul' && wide > 1) return false;
  if (node.type === 'Where' || node.type === 'Pow') return false;
  return !(tensor.values ?? []).some((value) => value <= -1e4);
}
