import { log, pow } from '../../../core/math/elementary.ts';
import type { Random } from '../../../core/math/random.ts';

/** A draw of the gamma distribution of shape a > 0 and scale 1 (Marsaglia and Tsang 2000; below 1 by their section 6). */
function gammaDraw(shape: number, random: Random): number {
  if (shape < 1) return gammaDraw(shape + 1, random) * pow(1 - random.next(), 1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = random.normal();
    const v = (1 + c * x) ** 3;
    if (v > 0 && log(1 - random.next()) < 0.5 * x * x + d - d * v + d * log(v)) return d * v;
  }
}

/** A draw of Beta(alpha, alpha). */
export function betaDraw(alpha: number, random: Random): number {
  const [a, b] = [gammaDraw(alpha, random), gammaDraw(alpha, random)];
  // Both vanish only where alpha is tiny; the distribution then stands on its two ends.
  return a + b > 0 ? a / (a + b) : Math.round(random.next());
}

/**
 * Mixes each row of a batch with another: share x row + (1 - share) x partner, in samples and targets alike, with one share for the
 * batch (Zhang et al. 2018, mixup).
 */
export function mixRows(values: Float32Array, partners: Uint32Array, share: number): void {
  const width = values.length / partners.length;
  const before = values.slice();
  for (const [row, partner] of partners.entries())
    for (let at = 0; at < width; at++)
      values[row * width + at] = share * before[row * width + at] + (1 - share) * before[partner * width + at];
}
