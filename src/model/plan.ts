import { actTraits, type ResolvedAct } from './acts.ts';
import { type LoadProfile, loadMs } from './load-profile.ts';
import type { Scenario, Trust, Data } from './scenario.ts';
import {
  testedName,
  type Autoscale,
  type Balancer,
  type CommandSystem,
  type ImageSystem,
  type Limits,
  type Rollout,
  type ServiceUse,
  type System,
  type UrlSystem,
  type AppSettings,
} from './system.ts';
import type { Workload } from './workload.ts';

/** The reference app as it has to run for a trial: a platform is handed this and nothing else. */
export interface Topology {
  readonly kind: 'app';
  readonly app: AppSettings;
  /** Whether Redis runs beside it, whether it uses a cache or not. */
  readonly hasRedis: boolean;
  readonly replicas: number;
  /** Undefined for the platform's own: nginx in turn on `local` and `docker`, the Service on `kubernetes`. */
  readonly balancer: Balancer | undefined;
  readonly limits: Limits;
  /** Added to the query cost of the last of several replicas. */
  readonly slowReplicaMs: number;
  /** Where it is there, `replicas` is how many there are at the start. */
  readonly autoscale: Autoscale | undefined;
  /** What the trial does while the load goes on. */
  readonly rollout: Rollout | undefined;
  /** What runs beside it; left out where there is nothing. */
  readonly services?: readonly ServiceUse[] | undefined;
  /** What of that, and of its stores, it reaches through a link; left out where that is nothing. */
  readonly links?: readonly string[] | undefined;
  /** The same in full: some of it has to be prepared for. Left out where nothing is done to it. */
  readonly acts?: readonly ResolvedAct[] | undefined;
  readonly data: Data;
  /** The trial before may have changed rows: lay the data anew even if it looks right. */
  readonly freshData: boolean;
  /** Whether its answers say where their time went (the header Server-Timing). */
  readonly serverTiming: boolean;
}

/** A server of the user's own as it has to run for a trial. */
export type HostedTopology = (CommandSystem | ImageSystem) & {
  readonly replicas: number;
  /** What the trial does while the load goes on; left out where nothing is done to it. */
  readonly acts?: readonly ResolvedAct[] | undefined;
};

/** What has to run for a trial, or runs already. */
export type TrialSystem = Topology | HostedTopology | UrlSystem;

/** What runs beside what is under test, and is there for it. */
export function servicesBeside(system: System | TrialSystem): readonly ServiceUse[] {
  return system.kind === 'url' ? [] : (system.services ?? []);
}

/** The services that are reached through a link, which can be made slow or be cut. */
export function linkedIn(system: System | TrialSystem): readonly string[] {
  return system.kind === 'url' ? [] : (system.links ?? []);
}

/** Whether replicas come and go while it is measured, as they are meant to. */
export function changes(system: System | TrialSystem): boolean {
  return system.kind === 'app' && (system.autoscale ?? system.rollout) !== undefined;
}

/** What a trial does to its system while the load goes on, in the order of time. */
export function actsOn(system: TrialSystem): readonly ResolvedAct[] {
  return system.kind === 'url' ? [] : (system.acts ?? []);
}

/** Whether replicas are not the same ones all the time: they are added and taken away, replaced, or ended by an act. */
export function losesReplicas(system: TrialSystem): boolean {
  const tested = testedName(system);
  return changes(system) || actsOn(system).some(({ kind, service }) => actTraits[kind].ends && service === tested);
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
  readonly system: TrialSystem;
  readonly load: LoadProfile;
  /** How many load workers share the load. */
  readonly workers: number;
  /** Whether the system is watched while it is under load: sampled every second, and with its own times in each answer. */
  readonly telemetry: boolean;
  readonly trust: Trust;
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
  /** Claims about variants or replica counts that are not run: said in the report, never judged. */
  readonly leftOut: readonly { readonly scenario: string; readonly expectation: string }[];
  /** What is said of variants that cannot be run here for want of something; left out where there are none. */
  readonly lacking?: readonly { readonly scenario: string; readonly text: string }[];
}

/** About how long a platform takes for what is not load. */
export interface Pace {
  /** To start, and to end. */
  readonly startMs: number;
  /** To put the next application in place of the one before, and to have its load workers ready. */
  readonly deployMs: number;
  /** To start a load worker, when nothing is deployed before it: at least. */
  readonly workerMs: number;
}

/** Of processes and containers, and of pods, which a cluster schedules and probes before it takes them for ready. */
export const paces = {
  processes: { startMs: 3000, deployMs: 700, workerMs: 200 },
  pods: { startMs: 12_000, deployMs: 8000, workerMs: 500 },
} as const satisfies Readonly<Record<string, Pace>>;

/** How many load workers share the load of each trial of a scenario. */
export function workersOf(plan: Plan, scenario: string): number {
  return plan.trials.find((trial) => trial.scenario === scenario)?.workers ?? 1;
}

/** About how long a trial takes. */
export function expectedTrialMs(trial: Trial, { deployMs }: Pace = paces.processes): number {
  return deployMs + loadMs(trial.load);
}

/** About how long a plan still takes once that many of its trials are done. */
export function remainingMs(plan: Plan, done: number, pace: Pace = paces.processes): number {
  const trials = plan.trials.slice(done).reduce((sum, trial) => sum + expectedTrialMs(trial, pace), 0);
  return trials + (done === 0 ? pace.startMs : 0);
}
