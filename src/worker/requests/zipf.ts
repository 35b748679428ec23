import type { Random } from '../../model/random.ts';

/**
 * Draws ranks 1 to `of`, rank k with a probability proportional to k^-exponent, exactly, in constant time and memory:
 * rejection-inversion (W. Hörmann, G. Derflinger, "Rejection-inversion to generate variates from monotone discrete
 * distributions", ACM TOMACS 6(3), 1996). Less than 1.1 rounds of the loop are needed on average.
 */
export function zipf(exponent: number, of: number, random: Random): () => number {
  // The names are those of the paper: h is the density, H its integral, with the singularities at exponent 1 taken out.
  const h = (x: number): number => Math.exp(-exponent * Math.log(x));
  const H = (x: number): number => {
    const logX = Math.log(x);
    return expm1Over((1 - exponent) * logX) * logX;
  };
  const inverseOfH = (x: number): number => {
    // Rounding may take the argument past -1, where the logarithm ends.
    const t = Math.max(-1, x * (1 - exponent));
    return Math.exp(log1pOver(t) * x);
  };

  const first = H(1.5) - 1;
  const last = H(of + 0.5);
  const squeeze = 2 - inverseOfH(H(2.5) - h(2));

  return () => {
    for (;;) {
      const u = last + random.next() * (first - last);
      const x = inverseOfH(u);
      const rank = Math.min(of, Math.max(1, Math.round(x)));
      if (rank - x <= squeeze || u >= H(rank + 0.5) - h(rank)) return rank;
    }
  };
}

/** (e^x - 1) / x, by its series where the quotient would be 0 / 0. */
function expm1Over(x: number): number {
  return Math.abs(x) > 1e-8 ? Math.expm1(x) / x : 1 + (x / 2) * (1 + x / 3);
}

/** log(1 + x) / x, by its series where the quotient would be 0 / 0. */
function log1pOver(x: number): number {
  return Math.abs(x) > 1e-8 ? Math.log1p(x) / x : 1 - x * (1 / 2 - x / 3);
}
