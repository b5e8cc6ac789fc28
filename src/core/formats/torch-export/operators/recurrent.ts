import type { TensorId } from '../../../graph/types.ts';
import type { Value } from '../../nodes/context.ts';
import type { AtenArguments } from '../arguments.ts';
import { tensorValue } from './values.ts';
import type { AtenTable } from './values.ts';

/** Stacked layers, each in one or two directions; the weights follow one another: input, hidden, and their biases. */
const recurrent =
  (cell: 'lstm' | 'gru' | 'rnn') =>
  (a: AtenArguments): Value[] => {
    const { context } = a;
    const directions = a.boolean('bidirectional') ? 2 : 1;
    const perDirection = a.boolean('has_biases') ? 4 : 2;
    const weights = a.indices('params');
    const hidden = context.shape(weights[1])[1];
    const isBatchFirst = a.boolean('batch_first');
    let x = a.tensor('input');
    if (!isBatchFirst) x = context.add('transpose', [x], { permutation: [1, 0, 2] });
    for (let layer = 0; layer < a.number('num_layers', 1); layer++) {
      const own = weights.slice(layer * directions * perDirection, (layer + 1) * directions * perDirection);
      const inputs = own.map((index) => place(a, index));
      x = context.add('recurrent', [x, ...inputs], { cell, hidden, directions, sequence: true });
    }
    const y = isBatchFirst ? x : context.add('transpose', [x], { permutation: [1, 0, 2] });
    const [batch] = context.shapeOf(x);
    const state = context.add('generate', [], {
      shape: [directions * a.number('num_layers', 1), batch, hidden],
      function: 'last state',
    });
    return tensorValue(y, state, state);
  };

function place(a: AtenArguments, index: number): TensorId {
  const shape = a.context.shape(index);
  return a.context.tensor(index, shape.length > 1 ? { role: 'matrix', fanIn: shape[1] } : { role: 'bias' });
}

export const RECURRENT: AtenTable = {
  lstm: recurrent('lstm'),
  gru: recurrent('gru'),
  rnn_tanh: recurrent('rnn'),
  rnn_relu: recurrent('rnn'),
};
