import type { Activation, Graph, Operator, OperatorKind, TensorId } from '../graph/types.ts';
import { residualBranches } from './branches.ts';
import type { InitializationContext } from './initialization.ts';
import { Weights } from './weights.ts';

const CONVOLUTIONS: ReadonlySet<OperatorKind> = new Set(['convolution', 'transposedConvolution']);
const PRODUCTS: ReadonlySet<OperatorKind> = new Set([...CONVOLUTIONS, 'linear', 'matmul', 'einsum']);
/** Keep about half of what comes in, so that filters before them want twice the variance (He et al. 2015, equation 10). */
const RECTIFIERS: ReadonlySet<Activation | undefined> = new Set<Activation>([
  'relu',
  'relu6',
  'relu2',
  'leaky-relu',
  'elu',
  'gelu',
  'gelu-tanh',
  'silu',
  'hard-swish',
  'mish',
]);
/** What may stand between a product and its activation. */
const BETWEEN: ReadonlySet<OperatorKind> = new Set([
  'batchNormalize',
  'normalize',
  'groupNormalize',
  'reshape',
  'transpose',
  'add',
  'pool',
]);

/** What initialisation must know of a model, read off its forward graph. */
export function initializationOf(graph: Graph): InitializationContext {
  const weights = new Weights(graph);
  const last = residualBranches(graph).last;
  const nameOf = new Map(graph.parameters.map(({ tensor, parameter }) => [tensor, parameter.name]));
  const namesOf = (operators: readonly Operator[], isMeant: (id: TensorId) => boolean = () => true): Set<string> =>
    new Set(operators.flatMap((one) => weights.of(one).filter(isMeant)).map((id) => nameOf.get(id)!));
  const isLast = (id: TensorId): boolean => last.has(id);
  const products = graph.operators.filter(({ kind }) => PRODUCTS.has(kind));
  const multiplied = namesOf(products);
  const consumers = consumersOf(graph);
  return {
    depth: graph.parameters.filter(({ parameter }) => parameter.residual).length / 2,
    tiedHead: graph.parameters.some(({ parameter: { role, name } }) => role === 'embedding' && multiplied.has(name)),
    zeroHead: false,
    rectified: namesOf(
      graph.operators.filter((one) => CONVOLUTIONS.has(one.kind) && isRectified(weights, consumers, one)),
    ),
    layerScales: namesOf(
      graph.operators.filter((one) => isScaling(one) && isOfProduct(weights, one)),
      isLast,
    ),
    branchGains: namesOf(
      graph.operators.filter(({ kind }) => kind === 'batchNormalize'),
      isLast,
    ),
  };
}

function consumersOf(graph: Graph): Map<TensorId, Operator[]> {
  const consumers = new Map<TensorId, Operator[]>();
  for (const operator of graph.operators) {
    for (const id of operator.inputs) {
      const known = consumers.get(id);
      if (known) known.push(operator);
      else consumers.set(id, [operator]);
    }
  }
  return consumers;
}

/** Whether a rectifier is the first to bend what a product gives; a sum with a stream is no way to it. */
function isRectified(weights: Weights, consumers: ReadonlyMap<TensorId, Operator[]>, product: Operator): boolean {
  const open = [product.outputs[0]];
  while (open.length > 0) {
    for (const consumer of consumers.get(open.pop()!) ?? []) {
      if (consumer.kind === 'activation' && RECTIFIERS.has(consumer.attributes.activation)) return true;
      if (BETWEEN.has(consumer.kind) && weights.dataOf(consumer).length === 1) open.push(consumer.outputs[0]);
    }
  }
  return false;
}

const isScaling = ({ kind, attributes }: Operator): boolean =>
  kind === 'multiply' || (kind === 'binary' && attributes.function === 'multiply');

/** Whether what is scaled comes straight from a product: the gain of a norm that is written out meets a quotient. */
function isOfProduct(weights: Weights, operator: Operator): boolean {
  const data = weights.dataOf(operator);
  const maker = data.length === 1 ? weights.makerOf(data[0]) : undefined;
  if (!maker) return false;
  return PRODUCTS.has(maker.kind) || (BETWEEN.has(maker.kind) && isOfProduct(weights, maker));
}
