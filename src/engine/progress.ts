import { encodeCheckpoint, restoreSlots } from './checkpoint.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { TrainingSession } from './session/training-session.ts';

/** A loss above this many times the first one cannot recover in what is left of a schedule. */
const DIVERGENCE_RATIO = 1.5;
/** Steps over which the loss is averaged before it is compared: one bad batch is not divergence. */
const DIVERGENCE_WINDOW = 20;

/** The state of a run beside its tensors. */
export class TrainingProgress {
  step = 0;
  firstLoss = Number.NaN;
  private lossSum = 0;
  private lossCount = 0;
  private readonly recent: number[] = [];
  private readonly slots: ReadonlyMap<string, Float32Array>;

  /** `more`: what else a checkpoint keeps, by name. */
  constructor(
    session: TrainingSession,
    resume: Checkpoint | undefined,
    more: ReadonlyMap<string, Float32Array> = new Map(),
  ) {
    this.slots = new Map([...session.slots, ...more]);
    if (!resume) return;
    restoreSlots(this.slots, resume);
    this.step = resume.step;
    this.firstLoss = resume.firstLoss;
    this.lossSum = resume.lossSum;
    this.lossCount = resume.lossCount;
    this.recent.push(...resume.recentLosses);
  }

  /** Counts a step's loss; true when the run has diverged. */
  advance(loss: number): boolean {
    if (this.step === 0) this.firstLoss = loss;
    this.step += 1;
    this.lossSum += loss;
    this.lossCount += 1;
    this.recent.push(loss);
    if (this.recent.length > DIVERGENCE_WINDOW) this.recent.shift();
    if (!Number.isFinite(loss)) return true;
    const mean = this.recent.reduce((sum, value) => sum + value, 0) / this.recent.length;
    return this.recent.length === DIVERGENCE_WINDOW && mean > DIVERGENCE_RATIO * this.firstLoss;
  }

  takeMean(): number {
    const mean = this.lossSum / this.lossCount;
    this.lossSum = 0;
    this.lossCount = 0;
    return mean;
  }

  checkpoint(): Uint8Array {
    const { step, firstLoss, lossSum, lossCount, recent } = this;
    return encodeCheckpoint({ step, firstLoss, lossSum, lossCount, recentLosses: recent, slots: this.slots });
  }
}
