/** The part of jstat that the tests use; the package brings no types. */
declare module 'jstat' {
  const jstat: {
    readonly normal: { cdf(x: number, mean: number, deviation: number): number };
    readonly studentt: { cdf(t: number, df: number): number };
    ibeta(x: number, a: number, b: number): number;
    gammaln(x: number): number;
  };
  export default jstat;
}
