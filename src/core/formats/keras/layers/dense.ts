import { sizeOf } from '../../../graph/sizes.ts';
import type { TensorId } from '../../../graph/types.ts';
import type { Call, WeightOptions } from '../call.ts';
import type { Setter } from '../bindings.ts';
import type { Lower } from '../call.ts';
import { activate } from './activation.ts';
import { equationOf, extentsOf } from './einsum-equation.ts';

/** A kernel, and where the layer was given LoRA the sum of the frozen kernel and the product of two small trained ones. */
export function kernel(call: Call, name: string, shape: readonly number[], options: WeightOptions = {}): TensorId {
  const rank = call.config.find('lora_rank')?.integer({ min: 1 });
  if (rank === undefined) return call.weight(name, shape, options);
  const part = name === 'kernel' ? 'kernel' : 'embeddings';
  const frozen = call.weight(name, shape, { ...options, frozen: true });
  const a = call.weight(`lora_${part}_a`, [...shape.slice(0, -1), rank]);
  const b = call.weight(`lora_${part}_b`, [rank, shape.at(-1)!]);
  const flat = shape.length > 2 ? call.reshape(a, [sizeOf(shape.slice(0, -1)), rank]) : a;
  const product = call.add('matmul', [flat, b]);
  return call.add('add', [frozen, shape.length > 2 ? call.reshape(product, shape) : product]);
}

const dense: Lower = (call) => {
  const units = call.count('units');
  const weights = kernel(call, 'kernel', [call.shape.at(-1)!, units], { axes: { 1: 'units' } });
  const bias = call.flag('use_bias', true) ? [call.bias('bias', [units], { 0: 'units' })] : [];
  return activate(call, call.add('linear', [call.x, weights, ...bias]));
};

/** A product of the input and a kernel by an equation; the kernel's new axes stand in `output_shape`. */
const einsumDense: Lower = (call) => {
  const equation = equationOf(call);
  const { kernel: letters, output } = equation;
  const extents = extentsOf(call, equation);
  const setters = new Map(
    [...output].map((letter, index): [string, Setter | undefined] => [
      letter,
      outputSetter(call, equation.outputPlace(index)),
    ]),
  );
  const axesOf = (text: string): Record<number, Setter> =>
    Object.fromEntries(
      [...text].flatMap((letter, axis): [number, Setter][] => {
        const setter = setters.get(letter);
        return setter === undefined || equation.input.includes(letter) ? [] : [[axis, setter]];
      }),
    );
  const weights = kernel(
    call,
    'kernel',
    [...letters].map((letter) => extents.get(letter)!),
    { axes: axesOf(letters) },
  );
  const y = call.add('einsum', [call.x, weights], { equation: equation.text });
  const biasAxes = call.config.find('bias_axes')?.string();
  if (biasAxes === undefined) return activate(call, y);
  const { shape, letters: kept } = equation.bias(biasAxes, extents);
  return activate(call, call.add('add', [y, call.bias('bias', shape, axesOf(kept))]));
};

function outputSetter(call: Call, place: number | undefined): Setter | undefined {
  const shape = call.config.get('output_shape');
  if (!shape.isArray) return call.setter('output_shape');
  const values = shape.value as number[];
  return place === undefined || values[place] === null || place >= values.length
    ? undefined
    : call.elementSetter('output_shape', place, values);
}

export const DENSE_LAYERS: Readonly<Record<string, Lower>> = { Dense: dense, EinsumDense: einsumDense };
