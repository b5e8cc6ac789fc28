import type { BatchInputs, BatchSource, EvaluationSource, SampleInput } from '../contract.ts';
import { epochOrder, spread } from '../order.ts';
import { rowsOf, writeClass, writeNumber } from '../targets.ts';

/** Coded rows of one part. Plain data: threads share it without a copy. */
export interface TablePart {
  readonly count: number;
  readonly width: number;
  /** `[count, width]`. */
  readonly features: Float32Array;
  /** Classes from 0 (int32), or standardised numbers (float32). */
  readonly targets: Int32Array | Float32Array;
  /** Number of classes; 0 for a regression. */
  readonly classes: number;
}

export interface TableBatchOptions {
  readonly input: SampleInput;
  readonly batch: number;
  readonly seed: number;
}

/** Batches of training rows in an order that follows from the seed and the step alone. */
export function tableBatches(part: TablePart, { input, batch, seed }: TableBatchOptions): BatchSource {
  const sampleAt = epochOrder(part.count, seed);
  return {
    fill(step, inputs) {
      for (let row = 0; row < batch; row++) writeRow(part, sampleAt(step * batch + row), row, input, inputs, batch);
    },
  };
}

/** Rows of a part, at most `most` spread evenly over it. */
export function heldOutTable(part: TablePart, input: SampleInput, most = Infinity): EvaluationSource {
  const count = Math.min(most, part.count);
  return {
    count,
    fill: (sample, row, inputs) => writeRow(part, spread(sample, count, part.count), row, input, inputs),
  };
}

function writeRow(
  { width, features, targets, classes }: TablePart,
  sample: number,
  row: number,
  { name }: SampleInput,
  inputs: BatchInputs,
  batch?: number,
): void {
  const { values, rows } = rowsOf(inputs, name, width, batch);
  values.set(features.subarray(sample * width, (sample + 1) * width), row * width);
  if (classes > 0) writeClass(inputs, row, rows, targets[sample], classes);
  else writeNumber(inputs, row, rows, targets[sample]);
}
