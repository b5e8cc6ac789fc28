import type { EncoderSpec } from '../../model/transformer/encoder-schema.ts';
import { assignments, blockConstants, encoderBlockText } from './encoder-block.ts';
import type { EncoderBlock } from './encoder-block.ts';
import { ACTIVATION_CALLS, IMPORTS, joined, moduleText, safeName } from './python-text.ts';

/** An encoder of text (BERT) as one file of PyTorch code: the class `Encoder`, with as many parameters as the model. */
export function encoderPytorch(spec: EncoderSpec, name: string): string {
  const block: EncoderBlock = { ...spec, qkvBias: true, residual: 'post' };
  const constants = { VOCABULARY: spec.vocabulary, CONTEXT: spec.context, SEGMENTS: spec.segments };
  return joined([
    [`"""${safeName(name)}: an encoder of text, written by isoflop."""`, '', ...IMPORTS],
    assignments({ ...constants, ...blockConstants(block) }),
    ...encoderBlockText(block),
    ...(spec.language === 'none' ? [] : [languageHead(spec)]),
    moduleText('Encoder', `Tokens [batch, tokens] to ${results(spec).join(' and ')}.`, '', fields(spec), forward(spec)),
  ]);
}

/** What the model gives: logits of each token, of classes, or the hidden states. */
function results({ language, outputs, pooler }: EncoderSpec): string[] {
  const heads = [...(language === 'none' ? [] : ['logits']), ...(outputs ? ['classes'] : [])];
  if (heads.length > 0) return heads;
  return pooler ? ['hidden states', 'their pooled vector'] : ['hidden states'];
}

function languageHead({ language, activation }: EncoderSpec): string[] {
  const own = ['self.decoder = nn.Linear(WIDTH, VOCABULARY)', '# Kept by the published class, used by nothing.'];
  return moduleText(
    'LanguageHead',
    language === 'tied' ? 'Logits by the token table, transposed.' : 'Logits by a matrix of its own.',
    '',
    [
      'self.dense, self.norm = nn.Linear(WIDTH, WIDTH), norm()',
      ...(language === 'tied' ? [] : own),
      'self.bias = nn.Parameter(torch.zeros(VOCABULARY))',
    ],
    [
      `x = self.norm(${ACTIVATION_CALLS[activation]('self.dense(x)')})`,
      language === 'tied' ? 'return F.linear(x, table, self.bias)' : 'return self.decoder(x)',
    ],
    language === 'tied' ? 'x, table' : 'x',
  );
}

const fields = ({ pooler, language, outputs }: EncoderSpec): string[] => [
  'self.tokens = nn.Embedding(VOCABULARY, WIDTH)',
  'self.positions = nn.Embedding(CONTEXT, WIDTH)',
  'self.segments = nn.Embedding(SEGMENTS, WIDTH)',
  'self.norm = norm()',
  'self.blocks = nn.Sequential(*(Block() for _ in range(DEPTH)))',
  ...(pooler ? ['self.pooler = nn.Linear(WIDTH, WIDTH)'] : []),
  ...(language === 'none' ? [] : ['self.language = LanguageHead()']),
  ...(outputs ? [`self.classifier = nn.Linear(WIDTH, ${outputs.size})`] : []),
];

function forward({ pooler, language, outputs }: EncoderSpec): string[] {
  const pooled = 'torch.tanh(self.pooler(x[:, 0]))';
  const classes = `self.classifier(${outputs?.of === 'tokens' ? 'x' : pooled})`;
  const logits = language === 'tied' ? 'self.language(x, self.tokens.weight)' : 'self.language(x)';
  const heads = [...(language === 'none' ? [] : [logits]), ...(outputs ? [classes] : [])];
  const given = heads.length > 0 ? heads : ['x', ...(pooler ? [pooled] : [])];
  return [
    'places = torch.arange(x.shape[1], device=x.device)',
    '# All tokens are of the first segment.',
    'x = self.norm(self.tokens(x) + self.positions(places) + self.segments.weight[0])',
    'x = self.blocks(x)',
    `return ${given.join(', ')}`,
  ];
}
