import { GraphBuilder } from '../../graph/builder.ts';
import type { Graph, TensorId } from '../../graph/types.ts';
import { IsoflopError } from '../../terms/errors.ts';
import type { Family } from '../family.ts';
import type { DeclaredKnob } from '../model.ts';
import { addBlock } from './block.ts';
import type { BlockPlan } from './block.ts';
import { checkHeads, refuse } from './check.ts';
import { DEFAULT_TOKENS } from './decoder.ts';
import { encoderSchema } from './encoder-schema.ts';
import type { EncoderSpec } from './encoder-schema.ts';
import { hiddenKnob, widthKnobs } from './knobs.ts';
import { LayerWriter } from './layers.ts';
import type { NormPlan } from './layers.ts';
import { BERT_BLOCK } from './names.ts';

/** Encoders of text. Input: `input_ids` int32 [batch, tokens]. Outputs as the heads say: `logits`, `classes`, or `hidden`. */
export const encoder: Family<EncoderSpec> = {
  family: 'encoder',
  schema: encoderSchema,
  inputs: () => [{ name: 'input_ids', shape: [null], dtype: 'int32' }],
  lower: (spec, { batch = 1, tokens = Math.min(spec.context, DEFAULT_TOKENS) }) => {
    check(spec, tokens);
    return new Encoder(spec).lower(batch, tokens);
  },
  knobs: encoderKnobs,
};

function encoderKnobs({ depth, width, heads, hidden }: EncoderSpec): DeclaredKnob[] {
  const shape = widthKnobs({ depth, width, heads, kvHeads: heads, at: '' });
  return [
    { path: 'depth', axis: 'depth', value: depth, step: 1, minimum: 1 },
    ...shape.filter(({ axis }) => axis !== 'kvHeads'),
    hiddenKnob('hidden', hidden, false),
  ];
}

function check(spec: EncoderSpec, tokens: number): void {
  checkHeads(spec.width, spec.heads, 'heads');
  if (spec.outputs?.of === 'pooled' && !spec.pooler)
    refuse('outputs of the pooled vector want a pooler', 'outputs.of', 'Set pooler: true, or take outputs of tokens.');
  if (tokens <= spec.context) return;
  throw new IsoflopError('invalid-input', `the model has positions for ${spec.context} tokens, asked for ${tokens}`, {
    path: 'tokens',
    hint: `Take at most ${spec.context} tokens.`,
  });
}

function planBlock({ width, heads, hidden, activation, causal }: EncoderSpec, norm: NormPlan): BlockPlan {
  return {
    attention: {
      ...{ heads, kvHeads: heads, headSize: width / heads, bias: true, outputBias: true },
      ...{ causal, relative: false },
    },
    feedForward: { hidden, activation, gated: false, bias: true },
    norm,
    residual: 'post',
    names: BERT_BLOCK,
  };
}

class Encoder {
  private readonly spec: EncoderSpec;
  private readonly norm: NormPlan;
  private readonly prefix: string;
  private readonly layers = new LayerWriter(new GraphBuilder());
  private table: TensorId = -1;

  constructor(spec: EncoderSpec) {
    this.spec = spec;
    this.norm = { kind: 'layernorm', gain: true, bias: true, epsilon: spec.normEpsilon };
    this.prefix = spec.language === 'none' && !spec.outputs ? '' : 'bert.';
  }

  lower(batch: number, tokens: number): Graph {
    const { spec, layers } = this;
    let x = this.embed(layers.graph.input('input_ids', [batch, tokens], 'int32'), tokens);
    const plan = planBlock(spec, this.norm);
    for (let block = 0; block < spec.depth; block++) {
      const name = `encoder.layer.${block}`;
      x = addBlock(layers, x, plan, this.prefix + name, name);
    }
    const pooled = spec.pooler ? this.pool(x) : undefined;
    const results: Record<string, TensorId> = {};
    if (spec.language !== 'none') results.logits = this.languageHead(x);
    if (spec.outputs) results.classes = this.classify(spec.outputs.of === 'tokens' ? x : pooled!, spec.outputs);
    if (Object.keys(results).length > 0) return layers.graph.finish(results);
    return layers.graph.finish({ hidden: x, ...(pooled === undefined ? {} : { pooled }) });
  }

  private embed(ids: TensorId, tokens: number): TensorId {
    const { spec, layers } = this;
    const at = `${this.prefix}embeddings`;
    layers.enter(at, 'embedding', 'embeddings');
    const table = (name: string, rows: number, role: 'embedding' | 'position'): TensorId =>
      layers.weight(`${at}.${name}.weight`, [rows, spec.width], role);
    const indices = (name: string): TensorId => layers.graph.add('generate', [], { shape: [tokens], function: name });
    this.table = table('word_embeddings', spec.vocabulary, 'embedding');
    const words = layers.graph.add('gather', [this.table, ids]);
    const places = layers.graph.add('gather', [
      table('position_embeddings', spec.context, 'position'),
      indices('range'),
    ]);
    const kinds = layers.graph.add('gather', [
      table('token_type_embeddings', spec.segments, 'embedding'),
      indices('zeros'),
    ]);
    const sum = layers.graph.add('add', [layers.graph.add('add', [words, places]), kinds]);
    return layers.normLayer(sum, `${at}.LayerNorm`, 'embeddings', this.norm);
  }

  /** The first token through a layer of its own: [batch, width]. */
  private pool(x: TensorId): TensorId {
    const { spec, layers } = this;
    const [batch] = layers.graph.shapeOf(x);
    layers.enter(`${this.prefix}pooler`, 'pooler', 'head');
    const first = layers.graph.add('slice', [x], { ends: [batch, 1, spec.width] });
    const flat = layers.graph.add('reshape', [first], { shape: [batch, spec.width] });
    return layers.activate(layers.linear(flat, `${this.prefix}pooler.dense`, spec.width, { bias: true }), 'tanh');
  }

  /** A layer and a norm before the vocabulary. */
  private languageHead(x: TensorId): TensorId {
    const { spec, layers, norm } = this;
    const at = 'cls.predictions';
    layers.enter(`${at}.transform`, 'projection', 'head');
    const dense = layers.linear(x, `${at}.transform.dense`, spec.width, { bias: true });
    const ready = layers.normalize(layers.activate(dense, spec.activation), `${at}.transform.LayerNorm`, norm);
    layers.enter(`${at}.decoder`, 'head', 'head');
    const bias = layers.weight(`${at}.bias`, [spec.vocabulary], 'bias');
    // A matrix of its own brings a bias of its own: the class keeps the other and does not use it.
    return spec.language === 'tied'
      ? layers.graph.add('linear', [ready, this.table, bias], { transposeB: true })
      : layers.linear(ready, `${at}.decoder`, spec.vocabulary, { role: 'head', bias: true });
  }

  private classify(x: TensorId, { size, name }: NonNullable<EncoderSpec['outputs']>): TensorId {
    return this.layers.enter(name, 'head', 'head').linear(x, name, size, { role: 'head', bias: true });
  }
}
