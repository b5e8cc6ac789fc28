import type { Operator, TensorId } from '../graph/types.ts';
import { attentionScores } from './items.ts';
import { elements } from './facts.ts';
import type { GraphFacts } from './facts.ts';

/** Bytes of a kept mask: frameworks keep one byte an element. */
const MASK_BYTES = 1;

/** What one operator keeps until the backward pass. */
export interface Saved {
  /** Tensors are kept once, however many operators want them. */
  readonly key: string;
  readonly elements: number;
  /** `mask`: one byte an element, whatever the precision. */
  readonly unit: 'activation' | 'mask';
  /** Whether it holds scores of attention, which selective checkpointing computes again. */
  readonly ofScores: boolean;
}

export const savedBytes = ({ elements: count, unit }: Saved, activationBytes: number): number =>
  count * (unit === 'mask' ? MASK_BYTES : activationBytes);

/** Non-linearities whose slope is told by their output. */
const BY_OUTPUT = new Set(['relu', 'relu6', 'leaky-relu', 'sigmoid', 'tanh', 'linear']);
/** Element-wise functions whose derivative needs no value. */
const CONSTANT_SLOPE = new Set([
  'identity',
  'dropout',
  'cast',
  'neg',
  'negative',
  'floor',
  'ceil',
  'round',
  'sign',
  'not',
]);
const SUMS = new Set(['add', 'subtract', 'sub', 'equal', 'greater', 'less', 'and', 'or']);

/**
 * The saved-tensor rule (Korthikanti et al. 2023, section 4, in general form): products keep the operand that another operand's
 * gradient is multiplied by, norms their input, softmax and non-linearities what tells their slope, dropout a mask. Sums, views and
 * what depends on no trained parameter keep nothing.
 */
export class SavedTensors {
  private readonly facts: GraphFacts;
  private readonly scores: ReadonlySet<TensorId>;

  constructor(facts: GraphFacts) {
    this.facts = facts;
    this.scores = scoreTensors(facts);
  }

  of(operator: Operator): Saved[] {
    const { needsGradient, graph } = this.facts;
    if (!operator.outputs.some((id) => needsGradient.has(id))) return [];
    const kept = this.tensorsOf(operator).flatMap((id) => this.tensor(id));
    if (operator.kind === 'attention') return [...kept, ...this.attention(operator)];
    if (operator.kind === 'expertLinear') return this.dispatched(operator);
    if (!isDropout(operator)) return kept;
    return [...kept, this.mask(operator.outputs[0], elements(graph, operator.outputs[0]))];
  }

  private tensorsOf({ kind, inputs, outputs, attributes }: Operator): readonly TensorId[] {
    const wants = (index: number): boolean => this.facts.needsGradient.has(inputs[index]);
    switch (kind) {
      case 'linear':
      case 'matmul':
      case 'multiply':
      case 'convolution':
      case 'transposedConvolution':
        return [...(wants(1) ? [inputs[0]] : []), ...(wants(0) ? [inputs[1]] : [])];
      case 'einsum':
        return inputs;
      case 'binary':
        return SUMS.has(attributes.function ?? '') ? [] : inputs.filter((_, index) => wants(1 - index));
      case 'normalize':
      case 'batchNormalize':
      case 'groupNormalize':
        return inputs.slice(0, 1);
      case 'activation':
        return [BY_OUTPUT.has(attributes.activation ?? '') ? outputs[0] : inputs[0]];
      case 'softmax':
        return [outputs[0]];
      case 'pool':
        return attributes.pool === 'max' ? inputs.slice(0, 1) : [];
      case 'attention':
        return inputs.slice(0, 3);
      case 'recurrent':
        return [inputs[0], outputs[0]];
      case 'unary':
        return CONSTANT_SLOPE.has(attributes.function ?? '') ? [] : inputs.slice(0, 1);
      default:
        return [];
    }
  }

  /** A kept tensor under the name of the one that it is a view of; parameters and constants stay anyway. */
  private tensor(id: TensorId): Saved[] {
    const { graph, producerOf } = this.facts;
    let root = id;
    for (let from = producerOf.get(root); from && isView(from); from = producerOf.get(root)) root = from.inputs[0];
    const { source, dtype } = graph.tensors[root];
    if (source === 'parameter' || source === 'buffer' || source === 'constant' || dtype === 'int32') return [];
    const size = elements(graph, root);
    return [{ key: `${root}`, elements: size, unit: 'activation', ofScores: this.scores.has(root) }];
  }

  /** Rows are copied to each expert that they meet. */
  private dispatched({ inputs, attributes }: Operator): Saved[] {
    const { graph } = this.facts;
    const { active = 1 } = attributes;
    const { shape } = graph.tensors[inputs[0]];
    const isRouted = shape.length > 2 && shape.at(-2) === active;
    return this.tensor(inputs[0]).map((saved) => ({
      ...saved,
      key: `experts ${saved.key}`,
      elements: elements(graph, inputs[0]) * (isRouted ? 1 : active),
    }));
  }

  private mask(id: TensorId, size: number): Saved {
    return { key: `mask ${id}`, elements: size, unit: 'mask', ofScores: this.scores.has(id) };
  }

  /** Plain attention keeps its probabilities, and with dropout their mask and what is left of them. */
  private attention(operator: Operator): Saved[] {
    const size = attentionScores(this.facts, operator, 'full');
    const [id] = operator.outputs;
    const probabilities: Saved = { key: `probabilities ${id}`, elements: size, unit: 'activation', ofScores: true };
    if (!isDropout(operator)) return [probabilities];
    const dropped: Saved = { ...probabilities, key: `dropped ${id}` };
    return [probabilities, dropped, { ...this.mask(id, size), ofScores: true }];
  }
}

const isView = ({ kind }: Operator): boolean => kind === 'reshape' || kind === 'transpose';

const isDropout = ({ attributes }: Operator): boolean => (attributes.dropout ?? 0) > 0;

/** Probabilities of attention that is written out as operators: softmax over products of activations, and what only passes them on. */
function scoreTensors({ graph, operators }: GraphFacts): Set<TensorId> {
  const scores = new Set<TensorId>();
  const passOn = new Set(['unary', 'activation', 'reshape', 'transpose', 'multiply', 'select']);
  for (const { kind, inputs, outputs } of operators) {
    const isScore =
      kind === 'softmax'
        ? graph.tensors[inputs[0]].shape.length >= 3
        : passOn.has(kind) && inputs.some((id) => scores.has(id));
    if (isScore) for (const id of outputs) scores.add(id);
  }
  return scores;
}
