import { levenbergMarquardt } from 'ml-levenberg-marquardt';

/** The Universal Scalability Law's parameters (Gunther, "Guerrilla Capacity Planning", Springer 2007, chapter 4). */
export interface LawParameters {
  /** RPS of one: lambda. */
  readonly perOne: number;
  /** Sigma: the share of the work that only one at a time can do. */
  readonly contention: number;
  /** Kappa: what it costs each pair to agree. */
  readonly coherency: number;
}

/** One round at one count. */
export interface Sample {
  readonly count: number;
  readonly rps: number;
}

/** RPS at a count by the law: lambda N / (1 + sigma (N − 1) + kappa N (N − 1)). */
export function lawAt({ perOne, contention, coherency }: LawParameters, count: number): number {
  return (perOne * count) / (1 + contention * (count - 1) + coherency * count * (count - 1));
}

/** Where the law is highest, or nowhere where pairs cost nothing. */
export function peakOf({ contention, coherency }: Pick<LawParameters, 'contention' | 'coherency'>): number {
  return coherency > 0 ? Math.sqrt((1 - contention) / coherency) : Infinity;
}

const mostContention = 1;
const mostCoherency = 1;
/** From these the fit sets out; the best of what it comes to is taken, as it may stop in a dip. */
const starts = [
  [0.02, 0.0001],
  [0.2, 0.001],
  [0.6, 0.01],
] as const;

/**
 * Fits the law by nonlinear least squares (Levenberg and Marquardt). What disturbs RPS does so by a share of it: the logarithms are
 * fitted, so that each count weighs the same.
 */
export function fitLaw(samples: readonly Sample[]): LawParameters {
  const x = samples.map(({ count }) => count);
  const y = samples.map(({ rps }) => Math.log(rps));
  const guess = Math.max(...samples.map(({ count, rps }) => rps / count));
  const fits = starts.map(([contention, coherency]) => {
    const { parameterValues, parameterError } = levenbergMarquardt(
      { x, y },
      ([logOne = 0, sigma = 0, kappa = 0]: number[]) =>
        (count: number) =>
          logOne + Math.log(lawAt({ perOne: 1, contention: sigma, coherency: kappa }, count)),
      {
        initialValues: [Math.log(guess), contention, coherency],
        minValues: [-50, 0, 0],
        maxValues: [50, mostContention, mostCoherency],
        damping: 0.01,
        gradientDifference: [1e-4, 1e-5, 1e-7],
        maxIterations: 200,
        errorTolerance: 1e-12,
      },
    );
    const [logOne = NaN, sigma = NaN, kappa = NaN] = parameterValues;
    return { law: { perOne: Math.exp(logOne), contention: sigma, coherency: kappa }, parameterError };
  });
  const [best] = fits.sort((one, other) => one.parameterError - other.parameterError);
  if (best === undefined) throw new Error('the fit has no start');
  return best.law;
}
