import { Random } from '../../core/math/random.ts';
import { IsoflopError } from '../../core/terms/errors.ts';
import type { BatchInputs, BatchSource, EvaluationSource, TokenReader } from './contract.ts';

/** Stream of the seed that orders the data; parameters take the streams from 0. */
const ORDER_STREAM = 1_000_003;

/** Writes one window of `context` tokens and the same window one token later into a row of the batch. */
function writeWindow(
  reader: TokenReader,
  start: number,
  row: number,
  window: Uint16Array,
  tokens: BatchInputs[string],
  targets: BatchInputs[string],
): void {
  reader.read(start, window);
  const context = window.length - 1;
  for (let position = 0; position < context; position++) {
    tokens[row * context + position] = window[position];
    targets[row * context + position] = window[position + 1];
  }
}

const countWindows = (reader: TokenReader, context: number): number => Math.floor((reader.length - 1) / context);

/**
 * Batches of `batch` windows. Each epoch cuts the text into windows that do not overlap, from a random offset, and visits
 * every one once in random order; offset and order follow from the seed and the epoch alone. `input` is the model's own name of the tokens.
 */
export function windowBatches(
  reader: TokenReader,
  context: number,
  batch: number,
  seed: number,
  input = 'tokens',
): BatchSource {
  const perEpoch = countWindows(reader, context) - 1;
  if (perEpoch < 1) {
    throw new IsoflopError(
      'invalid-input',
      `the training text has ${reader.length} tokens; a window takes ${context + 1}`,
      {
        hint: 'Give more text, or a shorter context.',
      },
    );
  }
  const window = new Uint16Array(context + 1);
  let current: { epoch: number; offset: number; order: Uint32Array } = {
    epoch: -1,
    offset: 0,
    order: new Uint32Array(),
  };
  const epochAt = (epoch: number): typeof current => {
    if (epoch !== current.epoch) {
      const random = new Random(seed, ORDER_STREAM + epoch);
      current = { epoch, offset: random.integer(context), order: random.permutation(perEpoch) };
    }
    return current;
  };
  return {
    fill(step, inputs) {
      for (let row = 0; row < batch; row++) {
        const index = step * batch + row;
        const { offset, order } = epochAt(Math.floor(index / perEpoch));
        writeWindow(reader, offset + order[index % perEpoch] * context, row, window, inputs[input], inputs.targets);
      }
    },
  };
}

/** At most `most` windows that do not overlap, spread evenly over the held-out text; the same for every model of a study. */
export function heldOutWindows(reader: TokenReader, context: number, most: number, input = 'tokens'): EvaluationSource {
  const available = countWindows(reader, context);
  const count = Math.min(most, available);
  const window = new Uint16Array(context + 1);
  return {
    count,
    fill(sample, row, inputs) {
      writeWindow(
        reader,
        Math.floor((sample * available) / count) * context,
        row,
        window,
        inputs[input],
        inputs.targets,
      );
    },
  };
}
