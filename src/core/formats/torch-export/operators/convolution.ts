import type { Padding } from '../../../graph/types.ts';
import type { Value } from '../../nodes/context.ts';
import type { AtenArguments } from '../arguments.ts';
import { tensorValue } from './values.ts';
import type { AtenTable } from './values.ts';

function paddingOf(a: AtenArguments, axes: number): Padding {
  if (a.text('padding', '') === 'same') return 'same';
  if (a.text('padding', '') === 'valid') return Array.from({ length: axes }, () => [0, 0] as const);
  return a.perAxis('padding', axes, 0).map((zeros) => [zeros, zeros] as const);
}

/** torch adds a batch axis to a single sample; exported models have it. */
function operands(a: AtenArguments): { axes: number; inputs: number[] } {
  const axes = a.shape('weight').length - 2;
  const inputs = [a.tensor('input'), a.tensor('weight', { role: 'matrix' })];
  if (a.has('bias')) inputs.push(a.tensor('bias'));
  return { axes, inputs };
}

function steps(a: AtenArguments, axes: number): { strides: number[]; dilations: number[]; groups: number } {
  const [strides, dilations] = [a.perAxis('stride', axes, 1), a.perAxis('dilation', axes, 1)];
  return { strides, dilations, groups: a.number('groups', 1) };
}

function convolution(a: AtenArguments): Value[] {
  const { axes, inputs } = operands(a);
  const attributes = { ...steps(a, axes), padding: paddingOf(a, axes), filters: 'out-in-spatial' as const };
  return tensorValue(a.context.add('convolution', inputs, attributes));
}

function transposed(a: AtenArguments): Value[] {
  const { axes, inputs } = operands(a);
  const outputPadding = a.perAxis('output_padding', axes, 0);
  const attributes = {
    ...steps(a, axes),
    padding: paddingOf(a, axes),
    outputPadding,
    filters: 'in-out-spatial' as const,
  };
  return tensorValue(a.context.add('transposedConvolution', inputs, attributes));
}

export const CONVOLUTIONS: AtenTable = {
  conv1d: convolution,
  conv2d: convolution,
  conv3d: convolution,
  conv_transpose1d: transposed,
  conv_transpose2d: transposed,
  conv_transpose3d: transposed,
  convolution: (a) => (a.boolean('transposed') ? transposed(a) : convolution(a)),
};
