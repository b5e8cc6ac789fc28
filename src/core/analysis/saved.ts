import { sizeOf } from '../graph/shapes.ts';
import type { Attributes, Operator, OperatorKind, TensorId } from '../graph/types.ts';
import { attentionScores } from './items.ts';
import { elements } from './facts.ts';
import type { GraphFacts } from './facts.ts';

/**
 * What a kept number is: an activation of the recipe's precision, or, whatever the precision, a mask (one byte), an index of PyTorch
 * (eight) or a statistic of a norm (four).
 */
type Unit = 'activation' | 'mask' | 'index' | 'statistic';

const BYTES = { mask: 1, index: 8, statistic: 4 } as const;

/** What one operator keeps until the backward pass. */
export interface Saved {
  /** Tensors are kept once, however many operators want them. */
  readonly key: string;
  readonly elements: number;
  readonly unit: Unit;
  /** Whether it holds scores of attention, which selective checkpointing computes again. */
  readonly ofScores: boolean;
}

export const savedBytes = ({ elements: count, unit }: Saved, activationBytes: number): number =>
  count * (unit === 'activation' ? activationBytes : BYTES[unit]);

/** Non-linearities whose slope is told by their output; all others keep their input, relu6 too, also where it works in place. */
const BY_OUTPUT = new Set(['relu', 'sigmoid', 'tanh']);
/** Element-wise functions whose derivative needs no value. */
const CONSTANT_SLOPE = new Set(
  'identity dropout cast neg negative floor ceil round sign not add sub rsub subtract multiply mul div divide roll flip fill zero cumsum tril triu rotary'.split(
    ' ',
  ),
);
const LINEAR_REDUCTIONS = new Set(['mean', 'sum', 'any']);
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
    const kept = this.tensorsOf(operator).flatMap((id) => this.tensor(id, PRODUCTS.has(operator.kind)));
    if (operator.kind === 'attention') return [...kept, ...this.attention(operator)];
    if (operator.kind === 'expertLinear') return this.dispatched(operator);
    const beside = this.beside(operator);
    if (!isDropout(operator)) return [...kept, ...beside];
    return [...kept, ...beside, this.mask(operator.outputs[0], elements(graph, operator.outputs[0]))];
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
        if (attributes.activation === 'linear') return [];
        return [BY_OUTPUT.has(attributes.activation ?? '') ? outputs[0] : inputs[0]];
      case 'softmax':
        return [outputs[0]];
      case 'pool':
        return inputs.slice(0, 1);
      case 'reduce':
        return LINEAR_REDUCTIONS.has(attributes.reduction ?? '') ? [] : [inputs[0], outputs[0]];
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

  /** What is computed for the backward pass alone: places of maxima, means and deviations, gates of recurrent cells, rows looked up. */
  private beside({ kind, inputs, outputs, attributes }: Operator): Saved[] {
    const { graph } = this.facts;
    const one = (unit: Unit, count: number): Saved[] => [
      { key: `${unit} beside ${outputs[0]}`, elements: count, unit, ofScores: false },
    ];
    const { shape } = graph.tensors[inputs[0] ?? outputs[0]];
    switch (kind) {
      case 'pool':
        return attributes.pool === 'max' ? one('index', elements(graph, outputs[0])) : [];
      case 'gather':
        return [{ ...one('index', elements(graph, inputs[1]))[0], key: `indices ${inputs[1]}` }];
      case 'batchNormalize':
        return one('statistic', 2 * shape[attributes.axis ?? 1]);
      case 'groupNormalize':
        return one('statistic', 2 * shape[0] * (attributes.groups ?? 1));
      case 'normalize':
        return one('statistic', (attributes.norm === 'rmsnorm' ? 1 : 2) * rowsOf(shape, attributes.axes));
      case 'recurrent':
        return one('activation', recurrentGates(shape, attributes));
      default:
        return [];
    }
  }

  /** A kept tensor under the name of the one that it is a view of; parameters and constants stay anyway. */
  private tensor(id: TensorId, copies = false): Saved[] {
    const { graph, producerOf } = this.facts;
    const isView = ({ kind }: Operator): boolean => VIEWS.has(kind) && !(copies && COPIED.has(kind));
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

const rowsOf = (shape: readonly number[], axes: readonly number[] = [-1]): number =>
  sizeOf(shape) / sizeOf(axes.map((axis) => shape.at(axis)!));

/** Gates, and the cell state of an LSTM, as PyTorch's fused cells keep them (aten/src/ATen/native/cuda/RNN.cu). */
const KEPT_GATES = { lstm: 5, gru: 5, rnn: 0 } as const;

const recurrentGates = (
  [batch, steps]: readonly number[],
  { cell = 'lstm', hidden = 1, directions = 1 }: Attributes,
): number => batch * steps * directions * hidden * KEPT_GATES[cell];

/** Views keep the whole that they show, as in PyTorch; a product of two activations copies the parts that it takes. */
const VIEWS: ReadonlySet<OperatorKind> = new Set(['reshape', 'transpose', 'split', 'slice']);
const COPIED: ReadonlySet<OperatorKind> = new Set(['split', 'slice']);
const PRODUCTS: ReadonlySet<OperatorKind> = new Set(['matmul', 'attention']);

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
