import { GraphBuilder } from '../graph/builder.ts';
import type { Graph, Operator, TensorId } from '../graph/types.ts';
import { IsoflopError } from '../terms/errors.ts';
import { RULES } from './rules/index.ts';

/** A forward graph with its backward pass. `gradients` names the gradient of each trained parameter, same shape as it. */
export interface TrainingGraph {
  readonly graph: Graph;
  readonly gradients: ReadonlyMap<string, TensorId>;
}

/** Parameters that their source does not freeze. */
const trained = ({ parameters }: Graph): Graph['parameters'] => parameters.filter(({ parameter }) => !parameter.frozen);

/** Tensors that depend on a trained parameter: only these carry a gradient. */
function reachedByParameters(graph: Graph): Set<TensorId> {
  const reached = new Set(trained(graph).map(({ tensor }) => tensor));
  for (const operator of graph.operators) {
    if (operator.inputs.some((input) => reached.has(input))) for (const output of operator.outputs) reached.add(output);
  }
  return reached;
}

/**
 * Reverse-mode differentiation (Griewank and Walther 2008, chapter 3) of the mean of the row losses of a forward graph,
 * in the same operators. The graph has exactly one `loss` operator; trained parameters that do not influence it have gradients of zeros.
 */
export function differentiate(forward: Graph): TrainingGraph {
  const builder = GraphBuilder.from(forward, 'backward');
  const reached = reachedByParameters(forward);
  const gradients = new Map<TensorId, TensorId>();
  const accumulate = (tensor: TensorId, gradient: TensorId): void => {
    const already = gradients.get(tensor);
    gradients.set(tensor, already === undefined ? gradient : builder.add('add', [already, gradient]));
  };
  const lossIndex = forward.operators.findIndex((operator) => operator.kind === 'loss');
  for (const operator of forward.operators.slice(0, lossIndex + 1).reverse()) {
    const outputs = operator.outputs.map((output) => gradients.get(output));
    if (operator.kind !== 'loss' && outputs.every((gradient) => gradient === undefined)) continue;
    builder.at(operator.layer);
    const found = ruleOf(operator)({
      builder,
      operator,
      gradients: outputs,
      wants: (index) => reached.has(operator.inputs[index]),
    });
    for (const [index, gradient] of found.entries()) {
      const input = operator.inputs[index];
      if (gradient !== undefined && reached.has(input)) accumulate(input, gradient);
    }
  }
  if (gradients.size === 0 || forward.parameters.every(({ tensor }) => !gradients.has(tensor))) throw nothingToTrain();
  const named = new Map(
    trained(forward).map(({ tensor, parameter }) => [
      parameter.name,
      gradients.get(tensor) ?? builder.add('scale', [tensor], { alpha: 0 }),
    ]),
  );
  return { graph: builder.finish(forward.outputs), gradients: named };
}

const nothingToTrain = (): IsoflopError =>
  new IsoflopError('unavailable', 'no parameter of the model influences its loss', {
    hint: 'Train a model whose output depends on its weights.',
  });

function ruleOf(operator: Operator): NonNullable<(typeof RULES)[Operator['kind']]> {
  const rule = RULES[operator.kind];
  if (!rule) {
    const { kind, attributes, layer } = operator;
    const what = attributes.function === undefined ? kind : `${kind} (${attributes.function})`;
    throw new IsoflopError('unavailable', `there is no derivative of the operator '${what}'`, {
      path: `layer '${layer}'`,
      hint: 'Train the model with a program of your own.',
    });
  }
  return rule;
}
