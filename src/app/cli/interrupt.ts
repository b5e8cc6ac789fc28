/**
 * Runs long work that Ctrl-C stops: INT and TERM abort its signal, upon which the work fails with the code `interrupted` (exit code 3).
 * A second Ctrl-C leaves at once. `onStop` is told of the first.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>, onStop?: () => void): Promise<T> {
  const stop = new AbortController();
  const interrupt = (): void => {
    if (stop.signal.aborted) process.exit(3);
    onStop?.();
    stop.abort();
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  try {
    return await work(stop.signal);
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}
