/** The slope of log(values) against log(widths), by least squares: how activations grow with the width. */
export function slopeOf(widths: readonly number[], values: readonly number[]): number {
  const [x, y] = [widths.map(Math.log), values.map(Math.log)];
  const mean = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0) / numbers.length;
  const [centreX, centreY] = [mean(x), mean(y)];
  const product = x.reduce((sum, value, index) => sum + (value - centreX) * (y[index] - centreY), 0);
  return product / x.reduce((sum, value) => sum + (value - centreX) ** 2, 0);
}
