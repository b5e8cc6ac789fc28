import { macsOf } from '../graph/cost.ts';
import type { AttentionCount } from '../graph/cost.ts';
import { GATES } from '../graph/cost.ts';
import type { Operator } from '../graph/types.ts';
import type { GraphFacts } from './facts.ts';

/**
 * Multiply-accumulates of one operator in a training step: those of the forward pass, and as many again for each operand of a
 * product that needs a gradient. The model's input and frozen weights need none, so this is at most three times the forward pass.
 */
export function trainingMacsOf(facts: GraphFacts, operator: Operator, attention: AttentionCount = 'full'): number {
  const { graph, needsGradient } = facts;
  const wants = (index: number): number => (needsGradient.has(operator.inputs[index]) ? 1 : 0);
  const forward = macsOf(graph, operator, attention);
  if (operator.kind === 'attention') return attentionTraining(facts, operator, forward, wants);
  if (operator.kind === 'recurrent') return recurrentTraining(facts, operator, forward, wants);
  if (forward === 0) return 0;
  const operands = operator.kind === 'einsum' ? operator.inputs.length : 2;
  return (
    forward * (1 + Array.from({ length: operands }, (_, index) => wants(index)).reduce((sum, one) => sum + one, 0))
  );
}

type Wants = (index: number) => number;

/** Scores (queries times keys) and values (probabilities times values) are two products. */
function attentionTraining({ graph }: GraphFacts, operator: Operator, forward: number, wants: Wants): number {
  const [, key, value] = operator.inputs.map((id) => graph.tensors[id].shape);
  const scores = (forward * key[3]) / (key[3] + value[3]);
  const probabilities = Math.max(wants(0), wants(1));
  return scores * (1 + wants(0) + wants(1)) + (forward - scores) * (1 + probabilities + wants(2));
}

/**
 * Inputs times their weights, and states times theirs; the states carry a gradient wherever a weight or the input does, but for the
 * first, which is given.
 */
function recurrentTraining({ graph }: GraphFacts, operator: Operator, forward: number, wants: Wants): number {
  const [batch, steps] = graph.tensors[operator.inputs[0]].shape;
  const { cell = 'lstm', hidden = 1, directions = 1 } = operator.attributes;
  const states = batch * steps * directions * GATES[cell] * hidden * hidden;
  const carried = Math.max(wants(0), wants(1), wants(2));
  const toStates = carried * (states / steps) * (steps - 1);
  return (forward - states) * (1 + wants(0) + wants(1)) + states * (1 + wants(2)) + toStates;
}
