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
