import { ACTIVATION_CALLS, bool, moduleText } from './python-text.ts';
import { RESIDUAL } from './transformer.ts';

/** Blocks of encoders: every head has keys and values of its own, and the feed-forward part two layers with biases. */
export interface EncoderBlock {
  readonly width: number;
  readonly depth: number;
  readonly heads: number;
  readonly hidden: number;
  readonly activation: string;
  readonly normEpsilon: number;
  readonly qkvBias: boolean;
  readonly causal: boolean;
  readonly residual: 'pre' | 'post';
}

/** Numbers that the block refers to. */
export const blockConstants = ({ width, depth, heads, hidden }: EncoderBlock): Record<string, number> => ({
  WIDTH: width,
  DEPTH: depth,
  HEADS: heads,
  HIDDEN: hidden,
});

export const assignments = (constants: Readonly<Record<string, number>>): string[] =>
  Object.entries(constants).map(([name, value]) => `${name} = ${value}`);

/** `norm`, `Attention`, `FeedForward` and `Block`. */
export function encoderBlockText(block: EncoderBlock): string[][] {
  const { activation, normEpsilon, residual } = block;
  const feedForward = [`return self.down(${ACTIVATION_CALLS[activation]('self.up(x)')})`];
  return [
    ['def norm():', `    return nn.LayerNorm(WIDTH, eps=${normEpsilon})`],
    attentionText(block),
    moduleText('FeedForward', 'Feed-forward part.', '', FEED_FORWARD, feedForward),
    moduleText('Block', 'One block.', '', BLOCK, RESIDUAL[residual]),
  ];
}

const FEED_FORWARD = ['self.up = nn.Linear(WIDTH, HIDDEN)', 'self.down = nn.Linear(HIDDEN, WIDTH)'];
const BLOCK = [
  'self.attention, self.feed_forward = Attention(), FeedForward()',
  'self.norm_1, self.norm_2 = norm(), norm()',
];

function attentionText({ qkvBias, causal }: EncoderBlock): string[] {
  const fields = [
    `self.qkv = nn.Linear(WIDTH, 3 * WIDTH, bias=${bool(qkvBias)})`,
    'self.output = nn.Linear(WIDTH, WIDTH)',
  ];
  const forward = [
    '# [batch, tokens, 3 * width] to three times [batch, heads, tokens, width / heads].',
    'query, key, value = self.qkv(x).unflatten(-1, (3, HEADS, -1)).permute(2, 0, 3, 1, 4)',
    `mixed = F.scaled_dot_product_attention(query, key, value${causal ? ', is_causal=True' : ''})`,
    'return self.output(mixed.transpose(1, 2).flatten(2))',
  ];
  const doc = causal ? 'Each token attends to itself and those before it.' : 'Every token attends to all.';
  return moduleText('Attention', doc, '', fields, forward);
}
