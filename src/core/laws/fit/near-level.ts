import { minimize } from './minimize.ts';
import type { Minimum } from './minimize.ts';
import type { Problem } from './problem.ts';

/** Data without noise: the objective that a level close to the largest response leaves of the one that it is kept off it with. */
const LEFT = 1e-4;

/**
 * A level that every response lies below is kept off the largest, where the law would bend to a single noisy row. Data without noise may
 * lie closer to it: the minimum there, where it leaves next to nothing of the objective; undefined elsewhere.
 */
export function nearLevel(problem: Problem, best: Minimum): { problem: Problem; best: Minimum } | undefined {
  const isHeld = problem.law.parameters.some(
    ({ start }, i) => start === 'above-response' && best.theta[i] <= problem.coordinates.lower[i],
  );
  if (!isHeld || best.value <= problem.negligible) return undefined;
  const freed = problem.withNearLevels();
  const closer = minimize(freed, best.theta);
  return closer.value <= LEFT * best.value ? { problem: freed, best: closer } : undefined;
}
