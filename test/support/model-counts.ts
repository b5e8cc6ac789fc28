import { macsOf } from '../../src/core/graph/cost.ts';
import type { Parameter } from '../../src/core/graph/parameter.ts';
import { sizeOf } from '../../src/core/graph/sizes.ts';
import type { Graph, Operator } from '../../src/core/graph/types.ts';

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

const parametersOf = (graph: Graph): Parameter[] => graph.parameters.map(({ parameter }) => parameter);

export const paramsOf = (graph: Graph): number => sum(parametersOf(graph).map(({ shape }) => sizeOf(shape)));

/** Parameters of the given roles. */
export const paramsOfRoles = (graph: Graph, roles: readonly Parameter['role'][]): number =>
  sum(
    parametersOf(graph)
      .filter(({ role }) => roles.includes(role))
      .map(({ shape }) => sizeOf(shape)),
  );

/** Parameters that one token meets: of a stack of experts the chosen ones. */
export const activeParamsOf = (graph: Graph): number =>
  sum(
    parametersOf(graph).map(({ shape, activeExperts }) =>
      activeExperts === undefined ? sizeOf(shape) : (sizeOf(shape) / shape[0]) * activeExperts,
    ),
  );

/** Elements that a cache of keys and values keeps a token. */
export const cacheElementsOf = (graph: Graph): number =>
  sum(
    graph.operators
      .filter(({ kind }) => kind === 'attention')
      .map(({ inputs, attributes }) => {
        const [key, value] = [graph.tensors[inputs[1]].shape, graph.tensors[inputs[2]].shape];
        return attributes.cachePerToken ?? key[1] * (key[3] + value[3]);
      }),
  );

/** Multiply-accumulates of the operators of some kinds. */
export const macsOfKinds = (graph: Graph, kinds: readonly Operator['kind'][]): number =>
  sum(graph.operators.filter(({ kind }) => kinds.includes(kind)).map((operator) => macsOf(graph, operator)));
