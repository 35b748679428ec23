/** What tests use of it; the types that the package itself has are found by no module resolution of TypeScript. */
declare module 'lib-r-math.js' {
  /** The probability of a signed-rank sum of at most `q` among `n` differences. */
  export function psignrank(q: number, n: number): number;
  /** The probability of a U of at most `q` for samples of `m` and `n`. */
  export function pwilcox(q: number, m: number, n: number): number;
  /** The quantile of Student's t. */
  export function qt(p: number, df: number): number;
}
