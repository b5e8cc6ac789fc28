import { headSizeOf } from '../../model/transformer/check.ts';
import type { LatentSpec, TransformerSpec } from '../../model/transformer/schema.ts';
import { block, bool, indent, moduleText } from './python-text.ts';

/** Whether scores are more than products: then attention is written out, else torch's own is called. */
const isWrittenOut = ({ attention, positions }: TransformerSpec): boolean =>
  attention.softcap !== undefined || positions === 'relative';

/** Helpers that the attention of a model needs. */
export function attentionHelpers(spec: TransformerSpec): string[][] {
  return [SPLIT_HEADS, JOIN_HEADS, ...(spec.positions === 'rotary' ? [ROTATE] : []), SEEN, attend(spec)];
}

const SPLIT_HEADS = block('def split_heads(x, size)', [
  '"""[batch, tokens, heads * size] to [batch, heads, tokens, size]."""',
  'return x.unflatten(-1, (-1, size)).transpose(1, 2)',
]);

const JOIN_HEADS = block('def join_heads(x)', [
  '"""[batch, heads, tokens, size] to [batch, tokens, heads * size]."""',
  'return x.transpose(1, 2).flatten(2)',
]);

export const ROTATE = block('def rotate(x)', [
  '"""Rotary positions (Su et al. 2021) for x [batch, heads, tokens, size]; the first ROTARY channels turn."""',
  'turned, rest = x[..., :ROTARY], x[..., ROTARY:]',
  'places = torch.arange(x.shape[2], device=x.device, dtype=x.dtype)',
  'rates = ROTARY_BASE ** (-torch.arange(0, ROTARY, 2, device=x.device, dtype=x.dtype) / ROTARY)',
  'angles = torch.outer(places, rates).repeat(1, 2)',
  'first, second = turned.chunk(2, dim=-1)',
  'swapped = torch.cat([-second, first], dim=-1)',
  'return torch.cat([turned * angles.cos() + swapped * angles.sin(), rest], dim=-1)',
]);

const SEEN = block('def seen(tokens, window, device)', [
  '"""Keys that each query sees: itself and those before it, `window` in all at most."""',
  'place = torch.arange(tokens, device=device)',
  'distance = place[:, None] - place[None, :]',
  'return (distance >= 0) & (distance < (window or tokens))',
]);

function attend(spec: TransformerSpec): string[] {
  if (!isWrittenOut(spec)) {
    return block('def attend(query, key, value, window)', [
      'mask = seen(query.shape[2], window, query.device)',
      'return F.scaled_dot_product_attention(query, key, value, attn_mask=mask, scale=SCALE, enable_gqa=True)',
    ]);
  }
  return block('def attend(query, key, value, window, bias=0.0)', [
    'group = query.shape[1] // key.shape[1]',
    'key, value = key.repeat_interleave(group, dim=1), value.repeat_interleave(group, dim=1)',
    'scores = (query @ key.transpose(-1, -2) + bias) * SCALE',
    ...(spec.attention.softcap === undefined ? [] : ['scores = SOFTCAP * torch.tanh(scores / SOFTCAP)']),
    'scores = scores.masked_fill(~seen(query.shape[2], window, query.device), float("-inf"))',
    'return scores.softmax(dim=-1) @ value',
  ]);
}

/** Numbers that the attention of a model refers to. */
export function attentionConstants(spec: TransformerSpec): Record<string, number> {
  const { heads, kvHeads = heads, latent, softcap, scale } = spec.attention;
  const headSize = headSizeOf(spec);
  const rotary = latent ? latent.rotarySize : 2 * Math.ceil((headSize * spec.rotaryFraction) / 2);
  return {
    HEADS: heads,
    ...(latent ? latentConstants(latent) : { KV_HEADS: kvHeads, HEAD_SIZE: headSize }),
    SCALE: scale ?? (latent ? latent.plainSize + latent.rotarySize : headSize) ** -0.5,
    ...(softcap === undefined ? {} : { SOFTCAP: softcap }),
    ...(spec.positions === 'rotary' ? { ROTARY: rotary, ROTARY_BASE: spec.rotaryBase } : {}),
  };
}

const latentConstants = (latent: LatentSpec): Record<string, number> => ({
  ...(latent.queryRank === undefined ? {} : { QUERY_RANK: latent.queryRank }),
  KV_RANK: latent.keyValueRank,
  PLAIN: latent.plainSize,
  VALUE: latent.valueSize,
});

/** The class `Attention`. */
export const attentionClass = (spec: TransformerSpec): string[] =>
  spec.attention.latent ? latentClass(spec, spec.attention.latent) : plainClass(spec);

function plainClass(spec: TransformerSpec): string[] {
  const { bias, headNorm } = spec.attention;
  const [qkv, output] = [bool(bias !== 'none'), bool(bias === 'all')];
  const isRelative = spec.positions === 'relative';
  const fields = [
    'self.window = window',
    `self.query = nn.Linear(WIDTH, HEADS * HEAD_SIZE, bias=${qkv})`,
    `self.key = nn.Linear(WIDTH, KV_HEADS * HEAD_SIZE, bias=${qkv})`,
    `self.value = nn.Linear(WIDTH, KV_HEADS * HEAD_SIZE, bias=${qkv})`,
    `self.output = nn.Linear(HEADS * HEAD_SIZE, WIDTH, bias=${output})`,
    ...(headNorm ? ['self.query_norm, self.key_norm = norm(HEAD_SIZE), norm(HEAD_SIZE)'] : []),
    ...(isRelative ? RELATIVE_FIELDS : []),
  ];
  const forward = [
    'query, key, value = (split_heads(f(x), HEAD_SIZE) for f in (self.query, self.key, self.value))',
    ...(headNorm ? ['query, key = self.query_norm(query), self.key_norm(key)'] : []),
    ...(spec.positions === 'rotary' ? ['query, key = rotate(query), rotate(key)'] : []),
    ...(isRelative ? RELATIVE_FORWARD : ['return self.output(join_heads(attend(query, key, value, self.window)))']),
  ];
  const helpers = isRelative ? ['', ...indent(RELATIVE_METHOD)] : [];
  const doc = 'Causal attention; groups of query heads share one head of keys and values.';
  return [...moduleText('Attention', doc, 'window', fields, forward), ...helpers];
}

const RELATIVE_FIELDS = [
  'self.distance = nn.Linear(WIDTH, HEADS * HEAD_SIZE, bias=False)',
  'self.content_bias = nn.Parameter(torch.zeros(HEADS, 1, HEAD_SIZE))',
  'self.position_bias = nn.Parameter(torch.zeros(HEADS, 1, HEAD_SIZE))',
];

const RELATIVE_FORWARD = [
  'bias = self.by_distance(query + self.position_bias)',
  'return self.output(join_heads(attend(query + self.content_bias, key, value, self.window, bias)))',
];

/** Row i of the products holds distances from 0; a key at j stands at distance i - j (Dai et al. 2019, appendix B). */
const RELATIVE_METHOD = block('def by_distance(self, query)', [
  '"""Scores from encoded distances (Transformer-XL): [batch, heads, tokens, tokens]."""',
  'tokens = query.shape[2]',
  'place = torch.arange(tokens, device=query.device)',
  'rates = 10000 ** (-torch.arange(0, WIDTH, 2, device=query.device) / WIDTH)',
  'angles = torch.outer(place.to(query.dtype), rates)',
  'encoded = torch.cat([angles.sin(), angles.cos()], dim=-1)[None, :, :WIDTH]',
  'scores = query @ split_heads(self.distance(encoded), HEAD_SIZE).transpose(-1, -2)',
  'distance = (place[:, None] - place[None, :]).clamp(min=0)',
  'return scores.gather(-1, distance.expand_as(scores))',
]);

function latentClass(spec: TransformerSpec, latent: LatentSpec): string[] {
  const { bias } = spec.attention;
  const [qkv, output] = [bool(bias !== 'none'), bool(bias === 'all')];
  const isDirect = latent.queryRank === undefined;
  const fields = [
    'self.window = window',
    ...(isDirect
      ? ['self.query = nn.Linear(WIDTH, HEADS * (PLAIN + ROTARY), bias=False)']
      : [
          `self.query_down = nn.Linear(WIDTH, QUERY_RANK, bias=${qkv})`,
          'self.query_norm = nn.RMSNorm(QUERY_RANK, eps=1e-6)',
          'self.query_up = nn.Linear(QUERY_RANK, HEADS * (PLAIN + ROTARY), bias=False)',
        ]),
    `self.kv_down = nn.Linear(WIDTH, KV_RANK + ROTARY, bias=${qkv})`,
    'self.kv_norm = nn.RMSNorm(KV_RANK, eps=1e-6)',
    'self.kv_up = nn.Linear(KV_RANK, HEADS * (PLAIN + VALUE), bias=False)',
    `self.output = nn.Linear(HEADS * VALUE, WIDTH, bias=${output})`,
  ];
  const forward = [
    isDirect ? 'queries = self.query(x)' : 'queries = self.query_up(self.query_norm(self.query_down(x)))',
    'plain, turned = split_heads(queries, PLAIN + ROTARY).split([PLAIN, ROTARY], dim=-1)',
    'query = torch.cat([plain, rotate(turned)], dim=-1)',
    'compressed, shared = self.kv_down(x).split([KV_RANK, ROTARY], dim=-1)',
    'expanded = split_heads(self.kv_up(self.kv_norm(compressed)), PLAIN + VALUE)',
    'plain, value = expanded.split([PLAIN, VALUE], dim=-1)',
    'turned = rotate(shared[:, None]).expand(-1, HEADS, -1, -1)',
    'key = torch.cat([plain, turned], dim=-1)',
    'return self.output(join_heads(attend(query, key, value, self.window)))',
  ];
  return moduleText('Attention', 'Multi-head latent attention (DeepSeek-V2).', 'window', fields, forward);
}
