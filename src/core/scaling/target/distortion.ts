/** Steps of a golden-section search: the interval shrinks to 1e-12 of itself. */
const STEPS = 60;
const RATIO = (Math.sqrt(5) - 1) / 2;

/**
 * The least variance that numbers may have when each lies in its range: the minimum over c of the mean squared distance of the
 * ranges from c. Zero where all ranges meet. With ranges of one number it is their variance.
 */
export function leastDistortion(ranges: readonly (readonly [low: number, high: number])[]): number {
  if (ranges.length < 2) return 0;
  let [from, to] = [Math.min(...ranges.map(([low]) => low)), Math.max(...ranges.map(([, high]) => high))];
  const isPoint = ranges.every(([low, high]) => low === high);
  if (isPoint) return meanSquare(ranges, ranges.reduce((sum, [low]) => sum + low, 0) / ranges.length);
  const highestLow = Math.max(...ranges.map(([low]) => low));
  const lowestHigh = Math.min(...ranges.map(([, high]) => high));
  if (highestLow <= lowestHigh) return 0;
  [from, to] = [lowestHigh, highestLow];
  for (let step = 0; step < STEPS; step++) {
    const [a, b] = [to - RATIO * (to - from), from + RATIO * (to - from)];
    if (meanSquare(ranges, a) < meanSquare(ranges, b)) to = b;
    else from = a;
  }
  return meanSquare(ranges, (from + to) / 2);
}

function meanSquare(ranges: readonly (readonly [number, number])[], centre: number): number {
  const sum = ranges.reduce((total, [low, high]) => {
    const distance = Math.max(low - centre, 0, centre - high);
    return total + distance * distance;
  }, 0);
  return sum / ranges.length;
}
