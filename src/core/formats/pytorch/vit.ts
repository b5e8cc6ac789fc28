import type { VitSpec } from '../../model/transformer/vit-schema.ts';
import { pair, patchesOf } from '../../model/transformer/vit.ts';
import { assignments, blockConstants, encoderBlockText } from './encoder-block.ts';
import type { EncoderBlock } from './encoder-block.ts';
import { IMPORTS, joined, moduleText, safeName } from './python-text.ts';

/** A vision transformer as one file of PyTorch code: the class `VisionTransformer`, with as many parameters as the model. */
export function vitPytorch(spec: VitSpec, name: string): string {
  const block: EncoderBlock = { ...spec, causal: false, residual: 'pre' };
  const [height, width] = pair(spec.image);
  const doc = `Images [batch, ${spec.channels}, ${height}, ${width}] to ${spec.classes === undefined ? 'features' : 'logits'}.`;
  return joined([
    [`"""${safeName(name)}: a vision transformer, written by isoflop."""`, '', ...IMPORTS],
    [...constants(spec), ...assignments(blockConstants(block))],
    ...encoderBlockText(block),
    ...(spec.pool === 'attention' ? [ATTENTION_POOL] : []),
    moduleText('VisionTransformer', doc, '', fields(spec), forward(spec)),
  ]);
}

function constants(spec: VitSpec): string[] {
  const [rows, columns] = patchesOf(spec);
  const patches = rows * columns;
  return [
    ...assignments({ CHANNELS: spec.channels }),
    `PATCH = (${pair(spec.patch).join(', ')})`,
    spec.pool === 'token' ? `TOKENS = ${patches} + 1  # the patches and the class token` : `TOKENS = ${patches}`,
  ];
}

const ATTENTION_POOL = moduleText(
  'AttentionPool',
  'A trained query attends to all patches (Zhai et al. 2022, section 3.2).',
  '',
  [
    'self.query = nn.Parameter(0.02 * torch.randn(1, 1, WIDTH))',
    'self.attention = nn.MultiheadAttention(WIDTH, HEADS, batch_first=True)',
    'self.norm, self.feed_forward = norm(), FeedForward()',
  ],
  [
    'query = self.query.expand(x.shape[0], -1, -1)',
    'x, _ = self.attention(query, x, x, need_weights=False)',
    'return (x + self.feed_forward(self.norm(x)))[:, 0]',
  ],
);

const fields = ({ pool, pooler, classes }: VitSpec): string[] => [
  'self.patches = nn.Conv2d(CHANNELS, WIDTH, PATCH, PATCH)',
  ...(pool === 'token' ? ['self.class_token = nn.Parameter(0.02 * torch.randn(1, 1, WIDTH))'] : []),
  'self.positions = nn.Parameter(0.02 * torch.randn(1, TOKENS, WIDTH))',
  'self.blocks = nn.Sequential(*(Block() for _ in range(DEPTH)))',
  'self.norm = norm()',
  ...(pool === 'attention' ? ['self.pool = AttentionPool()'] : []),
  ...(pooler === undefined ? [] : [`self.pooler = nn.Linear(WIDTH, ${pooler})`]),
  ...(classes === undefined ? [] : [`self.classifier = nn.Linear(${pooler ?? 'WIDTH'}, ${classes})`]),
];

const POOLED = { token: 'x[:, 0]', mean: 'x.mean(dim=1)', attention: 'self.pool(x)' } as const;

const forward = ({ pool, pooler, classes }: VitSpec): string[] => [
  'x = self.patches(x).flatten(2).transpose(1, 2)',
  ...(pool === 'token' ? ['x = torch.cat([self.class_token.expand(x.shape[0], -1, -1), x], dim=1)'] : []),
  'x = self.norm(self.blocks(x + self.positions))',
  `x = ${POOLED[pool]}`,
  ...(pooler === undefined ? [] : ['x = torch.tanh(self.pooler(x))']),
  classes === undefined ? 'return x' : 'return self.classifier(x)',
];
