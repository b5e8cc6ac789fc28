import { hasExperts } from '../../model/transformer/feed-forward.ts';
import type { TransformerSpec } from '../../model/transformer/schema.ts';
import { attentionClass, attentionConstants, attentionHelpers } from './transformer-attention.ts';
import { expertConstants, expertsClass, feedForwardClass } from './transformer-feed-forward.ts';
import { IMPORTS, block, bool, joined, moduleText, safeName } from './python-text.ts';

/**
 * A decoder-only transformer as one file of PyTorch code to read and train: the class `Transformer`, with as many
 * parameters as the model. Its weights bear names of their own; they start fresh.
 */
export function transformerPytorch(spec: TransformerSpec, name: string): string {
  return joined([
    [`"""${safeName(name)}: a decoder-only transformer, written by isoflop."""`, '', ...IMPORTS],
    constants(spec),
    normFunction(spec),
    ...attentionHelpers(spec),
    attentionClass(spec),
    feedForwardClass(spec),
    ...(spec.experts ? [expertsClass(spec, spec.experts)] : []),
    blockClass(spec),
    modelClass(spec),
  ]);
}

function constants(spec: TransformerSpec): string[] {
  const { attention, experts } = spec;
  const values: Record<string, number> = {
    VOCABULARY: spec.vocabulary,
    CONTEXT: spec.context,
    WIDTH: spec.width,
    DEPTH: spec.depth,
    ...attentionConstants(spec),
    HIDDEN: spec.feedForward.hidden,
    ...(experts ? expertConstants(experts) : {}),
    ...(spec.embeddingSize === undefined ? {} : { EMBEDDING: spec.embeddingSize }),
    ...(spec.logitSoftcap === undefined ? {} : { LOGIT_SOFTCAP: spec.logitSoftcap }),
    ...(spec.head === 'classes' ? { CLASSES: spec.classes! } : {}),
  };
  const windows = attention.slidingLayers.map((slides) => (slides ? (attention.slidingWindow ?? 'None') : 'None'));
  return [
    ...Object.entries(values).map(([key, value]) => `${key} = ${value}`),
    '# Keys that a query sees at most, block by block; the list starts again at its end.',
    `WINDOWS = [${windows.join(', ')}]`,
  ];
}

function normFunction({ norm, normGain, normEpsilon }: TransformerSpec): string[] {
  const kind = norm === 'rmsnorm' ? 'nn.RMSNorm' : 'nn.LayerNorm';
  return block('def norm(size)', [`return ${kind}(size, eps=${normEpsilon}, elementwise_affine=${bool(normGain)})`]);
}

/** Norms and sums of one block, by the form of its residual. */
export const RESIDUAL = {
  pre: ['x = x + self.attention(self.norm_1(x))', 'return x + self.feed_forward(self.norm_2(x))'],
  post: ['x = self.norm_1(x + self.attention(x))', 'return self.norm_2(x + self.feed_forward(x))'],
  parallel: ['return x + self.attention(self.norm_1(x)) + self.feed_forward(self.norm_2(x))'],
  sandwich: [
    'x = x + self.norm_2(self.attention(self.norm_1(x)))',
    'return x + self.norm_4(self.feed_forward(self.norm_3(x)))',
  ],
} as const;

function blockClass(spec: TransformerSpec): string[] {
  const norms = spec.residual === 'sandwich' ? [1, 2, 3, 4] : [1, 2];
  const dense = 'FeedForward(HIDDEN)';
  const feed = spec.experts ? `Experts() if has_experts else ${dense}` : dense;
  const fields = [
    'self.attention = Attention(window)',
    `self.feed_forward = ${feed}`,
    ...norms.map((number) => `self.norm_${number} = norm(WIDTH)`),
  ];
  const parameters = spec.experts ? 'window, has_experts' : 'window';
  return moduleText('Block', 'One block.', parameters, fields, RESIDUAL[spec.residual]);
}

function modelClass(spec: TransformerSpec): string[] {
  const { head, experts } = spec;
  const isNarrow = spec.embeddingSize !== undefined && spec.embeddingSize !== spec.width;
  const size = isNarrow ? 'EMBEDDING' : 'WIDTH';
  const window = 'WINDOWS[i % len(WINDOWS)]';
  const blocks = experts ? `Block(${window}, i in EXPERT_BLOCKS)` : `Block(${window})`;
  const rows = spec.positionOffset > 0 ? `CONTEXT + ${spec.positionOffset}` : 'CONTEXT';
  const outputs = head === 'classes' ? 'CLASSES' : 'VOCABULARY';
  const fields = [
    `self.tokens = nn.Embedding(VOCABULARY, ${size})`,
    ...(spec.positions === 'learned' ? [`self.positions = nn.Embedding(${rows}, WIDTH)`] : []),
    ...(isNarrow
      ? [
          'self.project_in = nn.Linear(EMBEDDING, WIDTH, bias=False)',
          'self.project_out = nn.Linear(WIDTH, EMBEDDING, bias=False)',
        ]
      : []),
    `self.blocks = nn.Sequential(*(${blocks} for i in range(DEPTH)))`,
    ...(spec.finalNorm ? ['self.norm = norm(WIDTH)'] : []),
    ...(head === 'none' ? [] : [`self.head = nn.Linear(${size}, ${outputs}, bias=${bool(spec.headBias)})`]),
    ...(head === 'tied' ? ['self.head.weight = self.tokens.weight'] : []),
  ];
  return [
    ...(experts ? [`EXPERT_BLOCKS = {${expertBlocks(spec)}}`, '', ''] : []),
    ...moduleText('Transformer', modelDoc(spec), '', fields, modelForward(spec, isNarrow)),
  ];
}

const expertBlocks = ({ depth, experts }: TransformerSpec): string =>
  Array.from({ length: depth }, (_, index) => index)
    .filter((index) => hasExperts(experts, index))
    .join(', ');

const modelDoc = ({ head }: TransformerSpec): string =>
  `Tokens [batch, tokens] to ${head === 'none' ? 'hidden states [batch, tokens, width]' : 'logits [batch, tokens, outputs]'}.`;

function modelForward(spec: TransformerSpec, isNarrow: boolean): string[] {
  const offset = spec.positionOffset > 0 ? ` + ${spec.positionOffset}` : '';
  return [
    'tokens = x',
    'x = self.tokens(tokens)',
    ...(spec.embeddingScale ? ['x = x * WIDTH**0.5'] : []),
    ...(isNarrow ? ['x = self.project_in(x)'] : []),
    ...(spec.positions === 'learned'
      ? [`x = x + self.positions(torch.arange(tokens.shape[1], device=tokens.device)${offset})`]
      : []),
    'x = self.blocks(x)',
    ...(spec.finalNorm ? ['x = self.norm(x)'] : []),
    ...(isNarrow ? ['x = self.project_out(x)'] : []),
    ...(spec.head === 'none' ? ['return x'] : headLines(spec)),
  ];
}

function headLines({ head, logitSoftcap }: TransformerSpec): string[] {
  if (logitSoftcap === undefined || head === 'classes') return ['return self.head(x)'];
  return ['return LOGIT_SOFTCAP * torch.tanh(self.head(x) / LOGIT_SOFTCAP)'];
}
