import type { Loss } from '../core/graph/types.ts';

/** What people read beside the loss, over the held-out samples. */
export interface Metrics {
  /** Share of the samples whose most probable class (or, of one output, side) is the right one, in [0, 1]. */
  readonly accuracy?: number;
  /** Root of the mean squared error of the outputs, in the targets' unit. */
  readonly rmse?: number;
}

/** Adds up what predictions are worth, one sample after the other. */
export interface Meter {
  add(predictions: Float32Array, targets: Int32Array | Float32Array): void;
  readonly metrics: Metrics;
}

/** A meter of samples with one row of predictions each, by the loss that these are for. */
export function meterOf(loss: Loss): Meter {
  if (loss === 'cross-entropy') return new AccuracyMeter(isClass);
  return loss === 'binary-cross-entropy' ? new AccuracyMeter(areSides) : new ErrorMeter();
}

class AccuracyMeter implements Meter {
  private right = 0;
  private count = 0;
  private readonly isRight: (predictions: Float32Array, targets: Int32Array | Float32Array) => boolean;

  constructor(isRight: AccuracyMeter['isRight']) {
    this.isRight = isRight;
  }

  add(predictions: Float32Array, targets: Int32Array | Float32Array): void {
    this.right += Number(this.isRight(predictions, targets));
    this.count += 1;
  }

  get metrics(): Metrics {
    return { accuracy: this.right / this.count };
  }
}

const isClass = (logits: Float32Array, [target]: Int32Array | Float32Array): boolean =>
  logits.indexOf(Math.max(...logits)) === target;

const areSides = (logits: Float32Array, targets: Int32Array | Float32Array): boolean =>
  logits.every((logit, index) => logit > 0 === targets[index] > 0.5);

class ErrorMeter implements Meter {
  private squares = 0;
  private count = 0;

  add(predictions: Float32Array, targets: Int32Array | Float32Array): void {
    for (const [index, prediction] of predictions.entries()) this.squares += (prediction - targets[index]) ** 2;
    this.count += predictions.length;
  }

  get metrics(): Metrics {
    return { rmse: Math.sqrt(this.squares / this.count) };
  }
}
