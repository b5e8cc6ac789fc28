/**
 * The element-wise functions that can run, by their own names, with the words that sources use for them. Words are compared without
 * case, spaces, `_` and `-`. All are functions of one operand x, or of two, a and b.
 */
const WORDS = {
  identity: 'identity positive copy cast stopgradient saturatecast',
  exp: 'exp exponential',
  exp2: 'exp2',
  expm1: 'expm1',
  log: 'log',
  log2: 'log2',
  log10: 'log10',
  log1p: 'log1p',
  sqrt: 'sqrt',
  'reciprocal-sqrt': 'rsqrt',
  reciprocal: 'reciprocal',
  abs: 'abs absolute fabs',
  negate: 'neg negative',
  sign: 'sign sgn',
  square: 'square',
  sin: 'sin',
  cos: 'cos',
  tan: 'tan',
  asin: 'asin arcsin',
  acos: 'acos arccos',
  atan: 'atan arctan',
  sinh: 'sinh',
  cosh: 'cosh',
  asinh: 'asinh arcsinh',
  acosh: 'acosh arccosh',
  atanh: 'atanh arctanh',
  erf: 'erf',
  floor: 'floor',
  ceil: 'ceil',
  round: 'round',
  not: 'not logicalnot',
  clip: 'clip clamp clampmin clampmax hardtanh',
  softsign: 'softsign',
  'tanh-shrink': 'tanhshrink',
  'log-sigmoid': 'logsigmoid',
  'log-softmax': 'logsoftmax',
  softcap: 'softcap',
  rotary: 'rotary',
  dropout: 'dropout spatialdropout1d spatialdropout2d spatialdropout3d',
  'stochastic-depth': 'stochasticdepth',
  standardize: 'normalize',
  'unit-norm': 'unitnormalize',
  add: 'add',
  multiply: 'mul multiply',
  subtract: 'sub subtract',
  divide: 'div divide truedivide',
  power: 'pow power powscalar floatpower',
  maximum: 'max maximum fmax',
  minimum: 'min minimum fmin',
  equal: 'eq equal',
  'not-equal': 'ne notequal',
  less: 'lt less',
  'less-equal': 'le lessorequal lessequal',
  greater: 'gt greater',
  'greater-equal': 'ge greaterorequal greaterequal',
  and: 'and logicaland bitwiseand',
  or: 'or logicalor bitwiseor',
  xor: 'xor logicalxor bitwisexor',
  'floor-divide': 'floordivide',
  'divide-by-deviation': 'dividebystandarddeviation',
  prelu: 'prelu',
} as const;

export type ElementFunction = keyof typeof WORDS;

const NAMED = new Map(
  (Object.keys(WORDS) as ElementFunction[]).flatMap((name) => WORDS[name].split(' ').map((word) => [word, name])),
);

/** The function that a source's word means; undefined where it is none that can run. */
export const functionNamed = (word: string | undefined): ElementFunction | undefined =>
  word === undefined ? undefined : NAMED.get(word.toLowerCase().replaceAll(/[ _-]/g, ''));
