import type { Activation } from '../../graph/types.ts';

/** What every text of a transformer begins with, after its head. */
export const IMPORTS = ['import torch', 'import torch.nn.functional as F', 'from torch import nn'];

/** A name may come from a file's: it must not end the text that it stands in. */
export const safeName = (name: string): string => name.replaceAll(/[^\w .-]/g, '_');

/** Lines of Python, indented by four spaces a level. */
export const indent = (lines: readonly string[], levels = 1): string[] =>
  lines.map((line) => (line === '' ? '' : ' '.repeat(4 * levels) + line));

/** A method or a class with its body. */
export const block = (head: string, body: readonly string[]): string[] => [`${head}:`, ...indent(body)];

/** A module with what its constructor sets and its forward pass. */
export function moduleText(
  name: string,
  doc: string,
  parameters: string,
  fields: readonly string[],
  forward: readonly string[],
  inputs = 'x',
): string[] {
  const signature = parameters === '' ? 'self' : `self, ${parameters}`;
  return block(`class ${name}(nn.Module)`, [
    `"""${doc}"""`,
    '',
    ...block(`def __init__(${signature})`, ['super().__init__()', ...fields]),
    '',
    ...block(`def forward(self, ${inputs})`, forward),
  ]);
}

/** Definitions with two empty lines between them, as PEP 8 has it. */
export const joined = (definitions: readonly (readonly string[])[]): string =>
  `${definitions
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n\n')}\n`;

export const bool = (value: boolean): string => (value ? 'True' : 'False');

/** Calls of torch for our non-linearities. */
export const ACTIVATION_CALLS: Readonly<Record<string, (x: string) => string>> = {
  relu: (x) => `F.relu(${x})`,
  relu2: (x) => `F.relu(${x}).square()`,
  gelu: (x) => `F.gelu(${x})`,
  'gelu-tanh': (x) => `F.gelu(${x}, approximate="tanh")`,
  silu: (x) => `F.silu(${x})`,
  tanh: (x) => `torch.tanh(${x})`,
  sigmoid: (x) => `torch.sigmoid(${x})`,
  linear: (x) => x,
};

/** Modules of torch for our non-linearities; `SquaredReLU` is written into the text. */
export const ACTIVATION_MODULES: Readonly<Record<Activation, string>> = {
  relu: 'nn.ReLU',
  relu2: 'SquaredReLU',
  relu6: 'nn.ReLU6',
  'leaky-relu': 'nn.LeakyReLU',
  elu: 'nn.ELU',
  selu: 'nn.SELU',
  gelu: 'nn.GELU',
  'gelu-tanh': 'partial(nn.GELU, approximate="tanh")',
  silu: 'nn.SiLU',
  'hard-swish': 'nn.Hardswish',
  mish: 'nn.Mish',
  softplus: 'nn.Softplus',
  tanh: 'nn.Tanh',
  sigmoid: 'nn.Sigmoid',
  'hard-sigmoid': 'nn.Hardsigmoid',
  linear: 'nn.Identity',
};
