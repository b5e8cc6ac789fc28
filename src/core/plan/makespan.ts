/** Wall seconds of jobs that `workers` take one after another, the longest first (Graham 1969). */
export function makespan(seconds: readonly number[], workers: number): number {
  const free = new Array<number>(workers).fill(0);
  for (const job of seconds.toSorted((a, b) => b - a)) {
    const earliest = free.indexOf(Math.min(...free));
    free[earliest] += job;
  }
  return Math.max(...free);
}
