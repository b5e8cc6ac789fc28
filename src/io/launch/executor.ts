/** One execution of a trial's command. Its folder exists and holds spec.json. */
export interface AttemptRequest {
  readonly folder: string;
  /** Program and arguments; passed on as they are, never through a shell's parser. */
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Where attempts run. An executor only starts and stops them: how they fare is read from their folders, which outlive
 * executor and driver alike. Starting an attempt twice must start it once: a shim that finds a newer attempt ends.
 */
export interface Executor {
  readonly name: string;
  /** Starts an attempt and returns once it is launched, not once it ended. */
  submit(attempt: AttemptRequest): Promise<void>;
  /** Asks the running attempt of a trial to save its state and stop: it ends with exit code 75. */
  stop(trialFolder: string): void;
  /** Takes a `stop` back before the trial is started again. */
  allow(trialFolder: string): void;
}
