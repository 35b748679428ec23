import type { AppSettings, Balancer, Data, Limits, LoadProfile, Scenario, Workload } from './scenario.ts';

/** What has to run for a trial: a platform is handed this and nothing else. */
export interface Topology {
  readonly app: AppSettings;
  readonly replicas: number;
  readonly balancer: Balancer;
  readonly limits: Limits;
  /** Added to the query cost of the last of several replicas. */
  readonly slowReplicaMs: number;
  readonly data: Data;
  /** The trial before may have changed rows: lay the data anew even if it looks right. */
  readonly freshData: boolean;
}

/** One variant × one replica count × one round: the unit that is run. */
export interface Trial {
  /** Its place in the plan, from 1. */
  readonly number: number;
  readonly scenario: string;
  readonly variant: string;
  readonly replicas: number;
  /** From 1. */
  readonly round: number;
  readonly topology: Topology;
  readonly load: LoadProfile;
  readonly workload: Workload;
  /** Seeds the keys and the mix: the same in every trial of a round, so that variants get the same requests. */
  readonly seed: number;
}

/** The ordered trials, computed purely from the scenarios and the options. */
export interface Plan {
  readonly seed: number;
  /** The scenarios after selection and overrides, with only the expectations that these trials can judge. */
  readonly scenarios: readonly Scenario[];
  readonly trials: readonly Trial[];
  /** Claims about variants or replica counts that were not selected: said in the report, never judged. */
  readonly leftOut: readonly { readonly scenario: string; readonly expectation: string }[];
}

/** About how long a platform needs to start, and to put the next application in place of the one before. */
const expectedStartMs = 3000;
const expectedDeployMs = 700;

/** How long a load lasts, its warm-up included. */
export function loadMs(load: LoadProfile): number {
  return load.kind === 'closed' ? load.warmupMs + load.durationMs : (load.times + 1) * load.everyMs;
}

/** About how long a trial takes. */
export function expectedTrialMs(trial: Trial): number {
  return expectedDeployMs + loadMs(trial.load);
}

/** About how long a plan still takes once that many of its trials are done. */
export function remainingMs(plan: Plan, done: number): number {
  const trials = plan.trials.slice(done).reduce((sum, trial) => sum + expectedTrialMs(trial), 0);
  return trials + (done === 0 ? expectedStartMs : 0);
}
