import type { TensorId } from '../../../graph/types.ts';
import type { JsonCursor } from '../../json/cursor.ts';
import { TensorArgument, tensorsOf } from '../argument.ts';
import type { Call } from '../call.ts';
import type { Lower } from '../call.ts';

type Cell = 'lstm' | 'gru' | 'rnn';

const GATES: Readonly<Record<Cell, number>> = { lstm: 4, gru: 3, rnn: 1 };
/** What a layer keeps from step to step. */
const STATES: Readonly<Record<Cell, number>> = { lstm: 2, gru: 1, rnn: 1 };

/** One recurrent layer over [batch, steps, width], or the last of its outputs alone. */
function cell(call: Call, kind: Cell, x: TensorId, sequence: boolean, states: readonly TensorId[]): TensorId {
  const [units, gates] = [call.count('units'), GATES[kind]];
  const axes = { 1: call.partSetter('units', gates) };
  const kernel = call.weight('kernel', [call.shapeOf(x).at(-1)!, gates * units], { axes });
  const recurrent = call.weight('recurrent_kernel', [units, gates * units], { axes: { 0: 'units', ...axes } });
  const bias = call.flag('use_bias', true) ? [biasOf(call, kind, gates * units)] : [];
  return call.add(
    'recurrent',
    [x, kernel, recurrent, ...bias, ...states],
    { cell: kind, hidden: units, sequence },
    { hidden: call.setter('units') },
  );
}

/** A GRU that resets after the product has a bias of its own for the recurrent part. */
function biasOf(call: Call, kind: Cell, size: number): TensorId {
  const part = call.partSetter('units', GATES[kind]);
  return kind === 'gru' && call.flag('reset_after', true)
    ? call.bias('bias', [2, size], { 1: part })
    : call.bias('bias', [size], { 0: part });
}

/** The output, and with `return_state` the last states. */
function withStates(call: Call, kind: Cell, y: TensorId, units: number): TensorId[] {
  if (!call.flag('return_state', false)) return [y];
  const shape = call.shapeOf(y);
  const last = shape.length === 2 ? y : call.reshape(lastStep(call, y), [shape[0], units]);
  const kept = Array.from({ length: STATES[kind] - 1 }, () => call.add('unary', [last], { function: 'cell state' }));
  return [y, last, ...kept];
}

const lastStep = (call: Call, y: TensorId): TensorId => call.add('slice', [y], { starts: [0, -1] });

const layer =
  (kind: Cell): Lower =>
  (call) => {
    call.withRank(3);
    const [x, ...given] = call.inputs;
    const states = [...given, ...tensorsOf(call.named.initial_state)];
    return withStates(
      call,
      kind,
      cell(call, kind, x, call.flag('return_sequences', false), states),
      call.count('units'),
    );
  };

const CELLS: Readonly<Record<string, Cell>> = { LSTMCell: 'lstm', GRUCell: 'gru', SimpleRNNCell: 'rnn' };

/** RNN runs one cell or a stack of them; all but the last give every step. */
const recurrent: Lower = (call) => {
  call.withRank(3);
  const said = call.config.get('cell');
  const stack = said.isArray
    ? said.items()
    : said.get('class_name').value === 'StackedRNNCells'
      ? said.get('config').get('cells').items()
      : [said];
  if (call.flag('return_state', false)) throw call.refusal('an RNN of cells that returns its states is not known');
  return stack.reduce((x, one, index) => {
    const sequence = index < stack.length - 1 || call.flag('return_sequences', false);
    return cellOf(call, one, stack.length > 1 ? `cell_${index}` : 'cell', x, sequence);
  }, call.x);
};

function cellOf(call: Call, cursor: JsonCursor, name: string, x: TensorId, sequence: boolean): TensorId {
  const className = cursor.get('class_name').string();
  if (!Object.hasOwn(CELLS, className))
    throw call.refusal(`the cell ${className} is not known`, `Known are ${Object.keys(CELLS).join(', ')}.`);
  return cell(call.part(cursor, name), CELLS[className], x, sequence, []);
}

/** A layer that reads forward and one that reads backward, merged. */
const bidirectional: Lower = (call) => {
  const forward = call.config.get('layer');
  const backward = call.config.find('backward_layer') ?? forward;
  const states = call.inputs.slice(1).map((id) => new TensorArgument(id));
  const half = states.length / 2;
  const x = new TensorArgument(call.x);
  const runs = [
    call.inside(forward, 'forward', [states.length > 0 ? [x, ...states.slice(0, half)] : x]),
    call.inside(backward, 'backward', [states.length > 0 ? [x, ...states.slice(half)] : x]),
  ];
  const [[a, ...kept], [b, ...others]] = runs;
  return [...merged(call, a, b), ...kept, ...others];
};

function merged(call: Call, a: TensorId, b: TensorId): TensorId[] {
  const mode = call.config.find('merge_mode')?.oneOf(['concat', 'sum', 'ave', 'mul']);
  if (mode === undefined) return [a, b];
  if (mode === 'concat') return [call.add('concat', [a, b], { axis: call.shapeOf(a).length - 1 })];
  return [call.add(mode === 'mul' ? 'multiply' : 'add', [a, b])];
}

export const RECURRENT_LAYERS: Readonly<Record<string, Lower>> = {
  LSTM: layer('lstm'),
  GRU: layer('gru'),
  SimpleRNN: layer('rnn'),
  RNN: recurrent,
  Bidirectional: bidirectional,
};
