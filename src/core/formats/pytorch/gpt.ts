import { hiddenWidth } from '../../model/gpt.ts';
import type { GptSpec } from '../../schema/model.ts';
import { assignments } from './encoder-block.ts';
import { ACTIVATION_CALLS, IMPORTS, block, bool, joined, moduleText, safeName } from './python-text.ts';
import { ROTATE } from './transformer-attention.ts';
import { RESIDUAL } from './transformer.ts';

/** A transformer of the family that studies train, as one file of PyTorch code: the class `Gpt`, tokens to logits. */
export function gptPytorch(spec: GptSpec, name: string): string {
  const { norm, normGain, bias } = spec;
  const hasBias = norm === 'layernorm' ? `, bias=${bool(bias)}` : '';
  const kind = norm === 'layernorm' ? 'nn.LayerNorm' : 'nn.RMSNorm';
  return joined([
    [`"""${safeName(name)}: a decoder-only transformer, written by isoflop."""`, '', ...IMPORTS],
    constants(spec),
    block('def norm()', [`return ${kind}(WIDTH, eps=1e-5, elementwise_affine=${bool(normGain)}${hasBias})`]),
    ...(spec.positions === 'rotary' ? [ROTATE] : []),
    ...(isShifted(spec) ? [SHIFT] : []),
    attention(spec),
    feedForward(spec),
    moduleText('Block', 'One block.', '', BLOCK, isShifted(spec) ? SHIFTED : RESIDUAL.pre),
    model(spec),
  ]);
}

function constants(spec: GptSpec): string[] {
  const { vocabulary, context, width, depth, heads, kvHeads = heads } = spec;
  const sizes = { VOCABULARY: vocabulary, CONTEXT: context, WIDTH: width, DEPTH: depth };
  const headSize = width / heads;
  return assignments({
    ...sizes,
    ...{ HEADS: heads, KV_HEADS: kvHeads, HEAD_SIZE: headSize, HIDDEN: hiddenWidth(spec) },
    ...(spec.positions === 'rotary' ? { ROTARY: headSize, ROTARY_BASE: 10_000 } : {}),
  });
}

/** One channel has no half. */
const isShifted = ({ tokenShift, width }: GptSpec): boolean => tokenShift && width > 1;

const SHIFT = block('def shift(x)', [
  '"""The first half of the channels comes from the token before."""',
  'before = F.pad(x[..., : WIDTH // 2], (0, 0, 1, 0))[:, :-1]',
  'return torch.cat([before, x[..., WIDTH // 2 :]], dim=-1)',
]);

const BLOCK = [
  'self.attention, self.feed_forward = Attention(), FeedForward()',
  'self.norm_1, self.norm_2 = norm(), norm()',
];

const SHIFTED = [
  'x = x + self.attention(shift(self.norm_1(x)))',
  'return x + self.feed_forward(shift(self.norm_2(x)))',
];

function attention({ bias, positions }: GptSpec): string[] {
  const fields = [
    `self.qkv = nn.Linear(WIDTH, (HEADS + 2 * KV_HEADS) * HEAD_SIZE, bias=${bool(bias)})`,
    `self.output = nn.Linear(WIDTH, WIDTH, bias=${bool(bias)})`,
  ];
  const forward = [
    'heads = self.qkv(x).unflatten(-1, (-1, HEAD_SIZE)).transpose(1, 2)',
    'query, key, value = heads.split([HEADS, KV_HEADS, KV_HEADS], dim=1)',
    ...(positions === 'rotary' ? ['query, key = rotate(query), rotate(key)'] : []),
    'mixed = F.scaled_dot_product_attention(query, key, value, is_causal=True, enable_gqa=True)',
    'return self.output(mixed.transpose(1, 2).flatten(2))',
  ];
  return moduleText('Attention', 'Causal attention.', '', fields, forward);
}

function feedForward({ activation, bias }: GptSpec): string[] {
  const isGated = activation === 'swiglu';
  const fields = [
    `self.up = nn.Linear(WIDTH, ${isGated ? '2 * HIDDEN' : 'HIDDEN'}, bias=${bool(bias)})`,
    `self.down = nn.Linear(HIDDEN, WIDTH, bias=${bool(bias)})`,
  ];
  const forward = isGated
    ? ['gate, up = self.up(x).chunk(2, dim=-1)', 'return self.down(F.silu(gate) * up)']
    : [`return self.down(${ACTIVATION_CALLS[activation]('self.up(x)')})`];
  const doc = isGated ? 'Gated feed-forward part (Shazeer 2020).' : 'Feed-forward part.';
  return moduleText('FeedForward', doc, '', fields, forward);
}

function model({ positions, tiedHead }: GptSpec): string[] {
  const fields = [
    'self.tokens = nn.Embedding(VOCABULARY, WIDTH)',
    ...(positions === 'learned' ? ['self.positions = nn.Embedding(CONTEXT, WIDTH)'] : []),
    'self.blocks = nn.Sequential(*(Block() for _ in range(DEPTH)))',
    'self.norm = norm()',
    'self.head = nn.Linear(WIDTH, VOCABULARY, bias=False)',
    ...(tiedHead ? ['self.head.weight = self.tokens.weight'] : []),
  ];
  const embedded = positions === 'learned' ? 'self.tokens(x) + self.positions(places)' : 'self.tokens(x)';
  const forward = [
    ...(positions === 'learned' ? ['places = torch.arange(x.shape[1], device=x.device)'] : []),
    `return self.head(self.norm(self.blocks(${embedded})))`,
  ];
  return moduleText('Gpt', 'Tokens [batch, tokens] to logits [batch, tokens, vocabulary].', '', fields, forward);
}
