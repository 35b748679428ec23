import type { Caveat, TrialRecord } from '../record/run-record.ts';

/** A metric over the rounds of one row. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** All rounds of one variant at one replica count. */
export interface Row {
  readonly scenario: string;
  readonly variant: string;
  readonly replicas: number;
  readonly trials: readonly TrialRecord[];
  /** By metric name; a metric that any round lacks is not there. */
  readonly values: Readonly<Record<string, Spread>>;
  readonly caveats: readonly Caveat[];
}

/** The middle of the numbers, or the mean of the two in the middle; NaN for none. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

function spreadsOf(trials: readonly TrialRecord[]): Record<string, Spread> {
  const spreads: Record<string, Spread> = {};
  for (const name of Object.keys(trials[0]?.metrics ?? {})) {
    const values = trials.flatMap((trial) => trial.metrics[name] ?? []);
    if (values.length < trials.length) continue;
    spreads[name] = { median: median(values), min: Math.min(...values), max: Math.max(...values) };
  }
  return spreads;
}

/**
 * Gathers a scenario's trials into rows, one a variant and replica count.
 * @param variants the order of the rows; within a variant the replica counts ascend
 */
export function rowsOf(trials: readonly TrialRecord[], scenario: string, variants: readonly string[]): readonly Row[] {
  const ofScenario = trials.filter((trial) => trial.scenario === scenario);
  const counts = [...new Set(ofScenario.map((trial) => trial.replicas))].sort((a, b) => a - b);
  return variants.flatMap((variant) =>
    counts.flatMap((replicas): Row[] => {
      const rounds = ofScenario.filter((trial) => trial.variant === variant && trial.replicas === replicas);
      if (rounds.length === 0) return [];
      const caveats = rounds.flatMap((trial) => trial.caveats);
      return [{ scenario, variant, replicas, trials: rounds, values: spreadsOf(rounds), caveats }];
    }),
  );
}
