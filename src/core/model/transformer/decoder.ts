import { GraphBuilder } from '../../graph/builder.ts';
import type { Graph, TensorId } from '../../graph/types.ts';
import { IsoflopError } from '../../terms/errors.ts';
import type { LowerOptions } from '../model.ts';
import type { AttentionPlan } from './attention.ts';
import { addBlock } from './block.ts';
import type { BlockPlan } from './block.ts';
import { headSizeOf } from './check.ts';
import { hasExperts } from './feed-forward.ts';
import { LayerWriter } from './layers.ts';
import type { NormPlan } from './layers.ts';
import { DECODER_NAMES } from './names.ts';
import type { ModelNames } from './names.ts';
import type { TransformerSpec } from './schema.ts';

/** Tokens at which a model of text is lowered where nothing else is asked. */
export const DEFAULT_TOKENS = 1024;

/**
 * Lowers a decoder-only transformer to its forward graph. Input: `input_ids` int32 [batch, tokens]. Output: `logits`
 * [batch, tokens, vocabulary or classes], or without a head `hidden` [batch, tokens, width].
 */
export function lowerTransformer(spec: TransformerSpec, options: LowerOptions): Graph {
  const { batch = 1, tokens = Math.min(spec.context, DEFAULT_TOKENS) } = options;
  checkTokens(spec, tokens);
  return new Decoder(spec).lower(batch, tokens);
}

/** A table of positions has no row for a token beyond its end. */
function checkTokens({ positions, context }: TransformerSpec, tokens: number): void {
  if (positions !== 'learned' || tokens <= context) return;
  throw new IsoflopError('invalid-input', `the model has positions for ${context} tokens, asked for ${tokens}`, {
    path: 'tokens',
    hint: `Take at most ${context} tokens, or a model with a longer context.`,
  });
}

/** The parts of one block, which may differ from block to block. */
export function planBlock(spec: TransformerSpec, block: number): BlockPlan {
  const { attention, experts } = spec;
  const norm = planNorm(spec);
  const sees = attention.slidingLayers[block % attention.slidingLayers.length];
  const isRotary = spec.positions === 'rotary' || attention.latent !== undefined;
  const plan: AttentionPlan = {
    heads: attention.heads,
    kvHeads: attention.kvHeads ?? attention.heads,
    headSize: headSizeOf(spec),
    bias: attention.bias !== 'none',
    outputBias: attention.bias === 'all',
    causal: true,
    ...(isRotary ? { rotary: { base: spec.rotaryBase, fraction: attention.latent ? 1 : spec.rotaryFraction } } : {}),
    ...(spec.positions === 'alibi' ? { alibi: true } : {}),
    ...(attention.scale === undefined ? {} : { scale: attention.scale }),
    ...(attention.softcap === undefined ? {} : { softcap: attention.softcap }),
    relative: spec.positions === 'relative',
    ...(attention.headNorm ? { headNorm: norm } : {}),
    ...(attention.slidingWindow !== undefined && sees ? { slidingWindow: attention.slidingWindow } : {}),
    ...(attention.latent ? { latent: attention.latent } : {}),
  };
  return {
    attention: plan,
    feedForward: spec.feedForward,
    ...(hasExperts(experts, block) ? { experts } : {}),
    norm,
    residual: spec.residual,
    names: DECODER_NAMES[spec.names].block,
  };
}

const planNorm = ({ norm, normGain, normEpsilon }: TransformerSpec): NormPlan => ({
  kind: norm,
  gain: normGain,
  bias: norm === 'layernorm',
  epsilon: normEpsilon,
});

class Decoder {
  private readonly spec: TransformerSpec;
  private readonly names: ModelNames;
  private readonly layers = new LayerWriter(new GraphBuilder());
  private table: TensorId = -1;

  constructor(spec: TransformerSpec) {
    this.spec = spec;
    this.names = DECODER_NAMES[spec.names];
  }

  lower(batch: number, tokens: number): Graph {
    const { spec, names, layers } = this;
    let x = this.embed(layers.graph.input('input_ids', [batch, tokens], 'int32'));
    for (let block = 0; block < spec.depth; block++) {
      const name = `${names.blocks}.${block}`;
      x = addBlock(layers, x, planBlock(spec, block), this.path(name), name);
    }
    if (spec.finalNorm) x = layers.normLayer(x, this.path(names.finalNorm), 'head', planNorm(spec));
    if (this.embeddingSize !== spec.width) {
      const name = this.path(names.projectOut);
      x = layers.enter(name, 'projection', 'head').linear(x, name, this.embeddingSize);
    }
    return layers.graph.finish(spec.head === 'none' ? { hidden: x } : { logits: this.head(x) });
  }

  private get embeddingSize(): number {
    return this.spec.embeddingSize ?? this.spec.width;
  }

  /** The body stands under a prefix where a head stands beside it. */
  private path(name: string): string {
    return this.spec.head === 'none' ? name : `${this.names.prefix}.${name}`;
  }

  private embed(ids: TensorId): TensorId {
    const { spec, names, layers, embeddingSize } = this;
    const name = this.path(names.tokens);
    layers.enter(name, 'embedding', 'embedding');
    this.table = layers.weight(`${name}.weight`, [spec.vocabulary, embeddingSize], 'embedding');
    let x = layers.graph.add('gather', [this.table, ids]);
    if (spec.embeddingScale) x = layers.graph.add('scale', [x], { alpha: Math.sqrt(spec.width) });
    if (embeddingSize !== spec.width) {
      const projection = this.path(names.projectIn);
      x = layers.enter(projection, 'projection', 'embedding').linear(x, projection, spec.width);
    }
    return spec.positions === 'learned' ? this.addPositions(x) : x;
  }

  private addPositions(x: TensorId): TensorId {
    const { spec, names, layers } = this;
    const name = this.path(names.positions);
    layers.enter(name, 'position table', 'embedding');
    const rows = spec.context + spec.positionOffset;
    const table = layers.weight(`${name}.weight`, [rows, spec.width], 'position');
    const places = layers.graph.add('generate', [], {
      shape: [layers.graph.shapeOf(x)[1]],
      function: 'range',
      starts: [spec.positionOffset],
    });
    return layers.graph.add('add', [x, layers.graph.add('gather', [table, places])]);
  }

  private head(x: TensorId): TensorId {
    const { spec, names, layers } = this;
    const isClassifier = spec.head === 'classes';
    const name = spec.headName ?? (isClassifier ? names.classes : names.head);
    layers.enter(name, 'head', 'head');
    const outputs = isClassifier ? spec.classes! : spec.vocabulary;
    const logits =
      spec.head === 'tied'
        ? layers.graph.add('linear', [x, this.table, ...this.tiedBias(name)], { transposeB: true })
        : layers.linear(x, name, outputs, { role: 'head', bias: spec.headBias });
    if (spec.logitSoftcap === undefined || isClassifier) return logits;
    return layers.graph.add('unary', [logits], { function: 'softcap', softcap: spec.logitSoftcap });
  }

  private tiedBias(name: string): TensorId[] {
    return this.spec.headBias ? [this.layers.weight(`${name}.bias`, [this.spec.vocabulary], 'bias')] : [];
  }
}
