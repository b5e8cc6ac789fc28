import { sizeOf } from '../../../graph/shapes.ts';
import type { Value } from '../../nodes/context.ts';
import type { AtenArguments } from '../arguments.ts';
import { tensorValue } from './values.ts';
import type { AtenTable } from './values.ts';

/** Leading axes beyond batch and heads are folded into the batch; a lone one counts as heads. */
function scaledDotProduct(a: AtenArguments): Value[] {
  const { context } = a;
  const flat = (name: string): number => {
    const shape = a.shape(name);
    if (shape.length === 4) return a.tensor(name);
    const batch = sizeOf(shape.slice(0, -3));
    return context.reshape(a.tensor(name), [batch, shape.at(-3) ?? 1, ...shape.slice(-2)]);
  };
  const inputs = [flat('query'), flat('key'), flat('value')];
  if (a.has('attn_mask')) inputs.push(a.tensor('attn_mask'));
  const y = context.add('attention', inputs, {
    causal: a.boolean('is_causal'),
    ...(a.has('scale') ? { alpha: a.number('scale', 1) } : {}),
    ...(a.number('dropout_p', 0) > 0 ? { dropout: a.number('dropout_p', 0) } : {}),
  });
  const shape = [...a.shape('query').slice(0, -1), a.shape('value').at(-1)!];
  return tensorValue(shape.length === 4 ? y : context.reshape(y, shape));
}

export const ATTENTION: AtenTable = {
  scaled_dot_product_attention: scaledDotProduct,
  _scaled_dot_product_flash_attention_for_cpu: scaledDotProduct,
  _scaled_dot_product_efficient_attention: scaledDotProduct,
  _scaled_dot_product_flash_attention: scaledDotProduct,
};
