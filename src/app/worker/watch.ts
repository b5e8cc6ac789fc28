/** What a run takes of its machine, since its attempt began. */
export interface Resources {
  /** Wall seconds of training. */
  readonly seconds: number;
  /** Tokens or samples a second. */
  readonly perSecond: number;
  /** Largest resident memory of the process. */
  readonly peakBytes: number;
}

/** Starts to watch an attempt that begins at a step; `perStep` tokens or samples. */
export function watchResources(firstStep: number, perStep: number): (step: number) => Resources {
  const begun = performance.now();
  return (step) => {
    const seconds = (performance.now() - begun) / 1000;
    const peakBytes = 1024 * process.resourceUsage().maxRSS;
    return { seconds, perSecond: ((step - firstStep) * perStep) / seconds, peakBytes };
  };
}
