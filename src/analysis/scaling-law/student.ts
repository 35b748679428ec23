/** The 97.5% quantile of the normal distribution. */
const z = 1.959963984540054;

/**
 * The 97.5% quantile of Student's t, by its expansion in the normal quantile (Abramowitz and Stegun, "Handbook of Mathematical
 * Functions", 26.7.5): right to 0.1% from 5 degrees of freedom on.
 */
export function student975(degrees: number): number {
  const g1 = (z ** 3 + z) / 4;
  const g2 = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96;
  const g3 = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384;
  const g4 = (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92_160;
  return z + g1 / degrees + g2 / degrees ** 2 + g3 / degrees ** 3 + g4 / degrees ** 4;
}
