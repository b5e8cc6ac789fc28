/** How far long work has come. `total` is absent where it is not known. */
export interface Progress {
  readonly stage: string;
  readonly done: number;
  readonly total?: number;
  /** One short sentence for people, such as "start 12 of 64". */
  readonly note?: string;
}

/** Receives progress; called often, so it must be cheap and must not throw. */
export type ProgressListener = (progress: Progress) => void;
