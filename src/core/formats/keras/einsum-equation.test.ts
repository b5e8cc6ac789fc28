import { expect, it } from 'vitest';
import { sizeOf } from '../../graph/sizes.ts';
import { readModel } from '../index.ts';

function graphOf(
  input: readonly number[],
  config: Readonly<Record<string, unknown>>,
): ReturnType<ReturnType<typeof readModel>['lower']> {
  const layers = [
    { class_name: 'InputLayer', config: { name: 'x', batch_shape: [null, ...input] } },
    { class_name: 'EinsumDense', config: { name: 'product', activation: 'linear', ...config } },
  ];
  const text = JSON.stringify({ class_name: 'Sequential', config: { name: 'one', layers } });
  return readModel(new TextEncoder().encode(text), 'one').lower();
}

// Parameters and results of Keras 3.15.1 on the torch backend.
it.each([
  { input: [32], equation: '...x,xy->...y', shape: 16, bias: 'y', params: 528, output: [16] },
  { input: [5, 32], equation: '...x,xy->...y', shape: [5, 16], bias: 'y', params: 165, output: [5, 5] },
  { input: [6, 5, 32], equation: '...x,xy->...y', shape: [5, 16], bias: null, params: 160, output: [6, 5, 5] },
  { input: [6, 5, 32], equation: '...yx,yxz->...z', shape: [6, 8], bias: 'z', params: 966, output: [6, 6] },
])('$equation of $input with output_shape $shape reads it behind the batch and the dots', (one) => {
  const { equation, shape, bias, params, output, input } = one;
  const graph = graphOf(input, { equation, output_shape: shape, bias_axes: bias });
  expect(graph.parameters.reduce((sum, { parameter }) => sum + sizeOf(parameter.shape), 0)).toBe(params);
  expect(graph.tensors[graph.outputs.product].shape).toEqual([1, ...output]);
});
