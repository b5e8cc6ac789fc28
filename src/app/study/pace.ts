import type { Measurement } from '../../core/schema/trial.ts';
import type { TrialState } from '../../io/store/store.ts';
import type { Executable, TrialUpdate } from './context.ts';

/** How fast a trial goes, from the times at which its measurements were seen. */
export class Pace {
  private readonly trial: Executable;
  private first: { step: number; at: number } | undefined;
  private last: { step: number; at: number; loss: number } | undefined;

  constructor(trial: Executable) {
    this.trial = trial;
  }

  /** `at` in milliseconds. */
  add({ step, loss }: Measurement, at: number): void {
    this.first ??= { step, at };
    this.last = { step, at, loss };
  }

  update(state: TrialState, reason?: string, loss = this.last?.loss): TrialUpdate {
    const rate = this.stepsPerSecond();
    const step = state === 'done' ? this.trial.steps : (this.last?.step ?? 0);
    return {
      trial: this.trial,
      state,
      step,
      ...(loss === undefined ? {} : { loss }),
      ...(rate === undefined
        ? {}
        : { perSecond: rate * this.perStep(), secondsLeft: (this.trial.steps - step) / rate }),
      ...(reason === undefined ? {} : { reason }),
    };
  }

  private perStep(): number {
    const { tokens, samples = 0, steps } = this.trial;
    return (tokens ?? samples) / steps;
  }

  private stepsPerSecond(): number | undefined {
    if (!this.first || !this.last || this.last.at <= this.first.at) return undefined;
    return ((this.last.step - this.first.step) / (this.last.at - this.first.at)) * 1000;
  }
}
