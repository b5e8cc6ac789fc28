import type { GraphBuilder } from '../../graph/builder.ts';
import type { ParameterRole } from '../../graph/parameter.ts';
import type { Activation, Norm, TensorId } from '../../graph/types.ts';

/** A normalisation and which vectors it trains. */
export interface NormPlan {
  readonly kind: Norm;
  readonly gain: boolean;
  readonly bias: boolean;
  readonly epsilon: number;
}

/** Base of the rotary wavelengths, and the part of each head that turns. */
export interface RotaryPlan {
  readonly base: number;
  readonly fraction: number;
}

export interface LinearOptions {
  readonly bias?: boolean;
  readonly role?: ParameterRole;
  /** Whether it writes into the residual stream. */
  readonly residual?: boolean;
  /** The weights stand as [inputs, outputs]. */
  readonly inputsFirst?: boolean;
}

interface WeightOptions {
  readonly fanIn?: number;
  readonly residual?: boolean;
  readonly activeExperts?: number;
}

/** Writes the layers of a transformer into a graph. Weights bear the names that they have in Hugging Face transformers. */
export class LayerWriter {
  readonly graph: GraphBuilder;
  private layer = '';

  constructor(graph: GraphBuilder) {
    this.graph = graph;
  }

  /** What follows belongs to this layer. */
  enter(layer: string, type: string, block: string): this {
    this.layer = layer;
    this.graph.at(layer, type, block);
    return this;
  }

  weight(name: string, shape: readonly number[], role: ParameterRole, options: WeightOptions = {}): TensorId {
    const { fanIn = 1, residual = false, ...rest } = options;
    return this.graph.parameter({ name, shape, role, fanIn, residual, layer: this.layer, ...rest });
  }

  linear(x: TensorId, name: string, outputs: number, options: LinearOptions = {}): TensorId {
    const { bias = false, role = 'matrix', residual = false, inputsFirst = false } = options;
    const fanIn = this.graph.shapeOf(x).at(-1)!;
    const shape = inputsFirst ? [fanIn, outputs] : [outputs, fanIn];
    const operands = [x, this.weight(`${name}.weight`, shape, role, { fanIn, residual })];
    if (bias) operands.push(this.weight(`${name}.bias`, [outputs], 'bias'));
    return this.graph.add('linear', operands, { transposeB: !inputsFirst });
  }

  /** Over the last axis, whose size the gains have. */
  normalize(x: TensorId, name: string, norm: NormPlan): TensorId {
    const shape = [this.graph.shapeOf(x).at(-1)!];
    const operands = [x];
    if (norm.gain) operands.push(this.weight(`${name}.weight`, shape, 'gain'));
    if (norm.gain && norm.bias) operands.push(this.weight(`${name}.bias`, shape, 'bias'));
    return this.graph.add('normalize', operands, { norm: norm.kind, epsilon: norm.epsilon });
  }

  /** A norm that is a layer of its own. */
  normLayer(x: TensorId, name: string, block: string, norm: NormPlan): TensorId {
    return this.enter(name, norm.kind, block).normalize(x, name, norm);
  }

  activate(x: TensorId, activation: Activation): TensorId {
    return activation === 'linear' ? x : this.graph.add('activation', [x], { activation });
  }

  /** [batch, tokens, heads * size] as [batch, heads, tokens, size]. */
  splitHeads(x: TensorId, heads: number): TensorId {
    return this.graph.add('transpose', [this.byHead(x, heads)], { permutation: [0, 2, 1, 3] });
  }

  /** [batch, tokens, heads * size] as [batch, tokens, heads, size]. */
  byHead(x: TensorId, heads: number): TensorId {
    const [batch, tokens, size] = this.graph.shapeOf(x);
    return this.graph.add('reshape', [x], { shape: [batch, tokens, heads, size / heads] });
  }

  /** [batch, heads, tokens, size] as [batch, tokens, heads * size]. */
  joinHeads(x: TensorId): TensorId {
    const [batch, heads, tokens, size] = this.graph.shapeOf(x);
    const together = this.graph.add('transpose', [x], { permutation: [0, 2, 1, 3] });
    return this.graph.add('reshape', [together], { shape: [batch, tokens, heads * size] });
  }

  /** Rotary positions (Su et al. 2021) as one operator: it multiplies no matrix and has no weights. `fraction` of each head turns. */
  rotate(x: TensorId, { base, fraction }: RotaryPlan): TensorId {
    const size = this.graph.shapeOf(x).at(-1)!;
    const rotated = 2 * Math.floor((fraction * size) / 2);
    return this.graph.add('unary', [x], { function: 'rotary', base, rotated });
  }
}
