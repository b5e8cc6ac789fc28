import type { MlpSpec } from '../../schema/model.ts';
import { SQUARED_RELU } from './convnet-classes.ts';
import { ACTIVATION_MODULES, indent, joined, safeName } from './python-text.ts';

/** A multi-layer perceptron as PyTorch code: the class `Network`, features [batch, inputs] to [batch, outputs] before the loss. */
export function mlpPytorch({ inputs, hidden, outputs, activation }: MlpSpec, name: string): string {
  const act = `${ACTIVATION_MODULES[activation]}()`;
  const widths = [inputs, ...hidden];
  const layers = hidden.flatMap((width, index) => [`nn.Linear(${widths[index]}, ${width}),`, `${act},`]);
  return joined([
    [
      `"""${safeName(name)}: a multi-layer perceptron, written by isoflop."""`,
      '',
      ...(activation === 'gelu-tanh' ? ['from functools import partial', ''] : []),
      'from torch import nn',
    ],
    ...(activation === 'relu2' ? [SQUARED_RELU.trimEnd().split('\n')] : []),
    [
      'class Network(nn.Sequential):',
      `    """Features [batch, ${inputs}] to [batch, ${outputs}]."""`,
      '',
      '    def __init__(self):',
      '        super().__init__(',
      ...indent([...layers, `nn.Linear(${widths.at(-1)!}, ${outputs}),`], 3),
      '        )',
    ],
  ]);
}
