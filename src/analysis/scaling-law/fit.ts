import type { LawParameters, Sample } from './law.ts';
import { contentionFor, limits, logsOf, misfit, valley } from './misfit.ts';

/**
 * Fits the law by nonlinear least squares of the logarithms. What one gives follows from the other two, so that a search over two
 * parameters within their limits is left (variable projection: Golub and Pereyra, SIAM J. Numer. Anal. 10, 1973): section within
 * section comes to the best fit wherever it is, at a limit as well.
 */
export function fitLaw(samples: readonly Sample[]): LawParameters {
  const logs = logsOf(samples);
  const squares = (root: number): number => misfit(logs, contentionFor(logs, root ** 2), root ** 2).squares;
  const coherency = valley(squares, 0, Math.sqrt(limits.coherency)) ** 2;
  const contention = contentionFor(logs, coherency);
  return { perOne: Math.exp(misfit(logs, contention, coherency).logOne), contention, coherency };
}
